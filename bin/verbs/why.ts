import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { timestamp } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { openFolder } from '../open.ts';
import { signedInAsAdmin } from '../running-service.ts';
import { readSettings, type Settings } from '../settings.ts';
import { databaseSource } from '../why/database.ts';
import { isId, type Source } from '../why/history.ts';
import { page } from '../why/page.ts';
import { serviceSource } from '../why/service.ts';

/** The newest entries that are shown without --all. */
const usual = 40;
const most = 100_000;

export const why: Verb = {
  name: 'why',
  summary: 'say why a volume is as it is: who asked for what, what happened, what went wrong',
  help: `usage: scoria why VOLUME [--all] [--url URL] [--json]

Prints what is the matter with a volume, by its id or name, and then everything that happened to it in order: what was asked
by whom, which pool the scheduler chose or which filter dropped each, every try that failed, what the user was told, how it
ended. Snapshots, backups and groups too, by their ids, and all of them after they are gone, as long as events are kept.
The newest ${usual} entries; --all for all.
Reads the database: that of DATABASE_URL, or the embedded one; while another process has that, or with --url, it asks the
running service, as its user admin.`,
  takes: { words: 1, options: ['url'], flags: ['all'] },
  async run(context) {
    const [word = ''] = context.words;
    if (word === '') throw new CommandError('why needs a volume; see scoria why --help', exit.usage);
    const { source, close } = await sourceOf(context, readSettings(context));
    try {
      const id = isId(word) ? word : await idOf(source, word);
      const told = await source.about(id, 'all' in context.options ? most : usual);
      if (told === null) {
        throw new CommandError(
          `nothing is known of ${word}: there is no such thing, or it went longer ago than events are kept`,
        );
      }
      context.data(told, page(told, systemClock().now(), context.bold));
      return exit.ok;
    } finally {
      await close();
    }
  },
};

async function sourceOf(context: Context, settings: Settings): Promise<{ source: Source; close(): Promise<void> }> {
  const isHere = settings.databaseUrl !== null || existsSync(join(settings.folder, 'database'));
  if (isHere && !('url' in context.options)) {
    const opened = await openFolder(settings, context, settings.databaseUrl === null).catch((error: unknown) => {
      const isHeld = error instanceof CommandError && error.code === exit.blocked && settings.databaseUrl === null;
      if (isHeld) return null;
      throw error;
    });
    if (opened !== null) {
      const clock = systemClock();
      return { source: databaseSource(opened.database, () => timestamp(clock)), close: opened.close };
    }
  }
  const client = await signedInAsAdmin(context, settings, 'why', new AbortController().signal);
  return { source: serviceSource(client), close: async () => {} };
}

async function idOf(source: Source, name: string): Promise<string> {
  const [first, ...others] = await source.named(name);
  if (first === undefined) throw new CommandError(`there is no volume named ${name}; of one that is gone give the id`);
  if (others.length === 0) return first;
  throw new CommandError(`several volumes are named ${name}; give the id:\n  ${[first, ...others].join('\n  ')}`);
}
