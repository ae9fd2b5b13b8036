import { exit, type Verb } from '../command.ts';
import { openFolder } from '../open.ts';
import { readSettings } from '../settings.ts';

export const migrateVerb: Verb = {
  name: 'migrate',
  summary: 'bring the database to the newest schema (start does it too)',
  help: `usage: scoria migrate [--json]

Applies every migration that the database does not have yet, each once, forward only.
Several at once do no harm. Uses DATABASE_URL, or the embedded database in the data folder.`,
  async run(context) {
    const opened = await openFolder(readSettings(context), context);
    await opened.close();
    const text = opened.applied.length === 0 ? 'Nothing to do.\n' : `Applied: ${opened.applied.join(', ')}\n`;
    context.data({ applied: opened.applied }, text);
    return exit.ok;
  },
};
