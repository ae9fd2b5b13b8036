// scoria import cinder: takes over the resources of a Cinder, from a dump of its rows, by managing its objects.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPools } from '../../functions/pools/store.ts';
import { timestamp } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { importCatalog } from '../import/catalog.ts';
import { type DialectName, dialects, queriesOf } from '../import/cinder-tables.ts';
import { DumpError, readDump } from '../import/dump.ts';
import { importSnapshots, importVolumes } from '../import/objects.ts';
import { planPage, refusedLines } from '../import/page.ts';
import { type Plan, type Present, planOf, type Wishes } from '../import/plan.ts';
import { readNames } from '../import/store.ts';
import { openFolder } from '../open.ts';
import { readSharedSettings } from '../service.ts';

export const importVerb: Verb = {
  name: 'import',
  summary: 'take over the types, limits, volumes and snapshots of a Cinder',
  takes: { words: 2, options: ['queries', 'hosts', 'volume-name', 'snapshot-name'], flags: ['dry-run'] },
  help: `usage: scoria import cinder --queries mysql|postgresql|sqlite
       scoria import cinder DUMP --hosts OLD=NEW[,OLD=NEW…] [--dry-run] [--json]

--queries prints queries for the client of Cinder's database, which print the dump: a line of JSON for each row.
--hosts says which pool of Scoria (host@backend#pool) has the objects of a Cinder's host@backend or host@backend#pool now.
--dry-run shows what would be made, and what is refused and why; nothing is changed. Without it volumes and snapshots
keep their ids and are managed under the name that they have on the back end: --volume-name and --snapshot-name are
Cinder's templates of names (volume-%s, snapshot-%s). May be run again: what is there already stays as it is.
Needs DATABASE_URL, a scheduler and the workers of those back ends. Exit code 1 when anything was refused.`,
  async run(context) {
    const [from, path] = context.words;
    const { queries } = context.options;
    if (from !== 'cinder' || (queries === undefined) === (path === undefined)) {
      throw new CommandError(
        'import needs "cinder" and either --queries or a dump; see scoria import --help',
        exit.usage,
      );
    }
    if (queries !== undefined) {
      if (!isDialect(queries)) {
        throw new CommandError(`--queries knows ${Object.keys(dialects).join(', ')}`, exit.usage);
      }
      process.stdout.write(queriesOf(queries));
      return exit.ok;
    }
    const wishes = wishesOf(context);
    const dump = dumpIn(join(path?.startsWith('/') ? '/' : context.folder, path ?? ''));
    const { database, close } = await openFolder(readSharedSettings(context, 'import'), context, false);
    try {
      const pools = new Set(
        (await listPools(database, { name: null, now: timestamp(systemClock()) })).map((one) => one.name),
      );
      const present: Present = { ...(await readNames(database)), pools };
      const plan = planOf(dump, present, wishes);
      if ('dry-run' in context.options) return show(context, plan, present);
      const tools = {
        ...{ database, clock: systemClock(), ids: systemIds(), say: context.say },
        requestId: `req-${systemIds().uuid()}`,
      };
      await importCatalog(tools, plan, present);
      const volumes = await importVolumes(tools, plan.volumes, '__DEFAULT__');
      const come = new Set(volumes.here);
      const snapshots = await importSnapshots(
        tools,
        plan.snapshots.filter((one) => come.has(one.volume)),
      );
      const refused = [...plan.refused, ...volumes.refused, ...snapshots.refused];
      const here = { volumes: volumes.here.length, snapshots: snapshots.here.length };
      const text = `${here.volumes} volumes and ${here.snapshots} snapshots are here.\n${refusedLines(refused)}`;
      context.data({ here, refused }, text);
      return refused.length === 0 ? exit.ok : exit.failed;
    } finally {
      await close();
    }
  },
};

const isDialect = (name: string): name is DialectName => Object.hasOwn(dialects, name);

function show(context: Context, plan: Plan, present: Present): number {
  const isThere = (what: 'type' | 'qos', name: string) =>
    (what === 'type' ? present.types : present.qosSpecs).has(name);
  context.data(plan, `${planPage(plan, isThere)}\nNothing was changed.\n`);
  return plan.refused.length === 0 ? exit.ok : exit.failed;
}

function wishesOf({ options }: Context): Wishes {
  const pairs = (options.hosts ?? '').split(',').filter((one) => one !== '');
  const hosts = new Map(
    pairs.map((pair) => {
      const [, old, host] = /^([^=@]+@[^=@]+)=([\w.-]+@[\w.-]+#[^=]+)$/.exec(pair) ?? [];
      if (old === undefined || host === undefined) {
        throw new CommandError(`--hosts: "${pair}" is not host@backend=host@backend#pool`, exit.usage);
      }
      return [old, host] as const;
    }),
  );
  const template = (option: 'volume-name' | 'snapshot-name', usual: string) => {
    const given = options[option] ?? usual;
    if (given.split('%s').length !== 2) throw new CommandError(`--${option} needs one %s, as ${usual}`, exit.usage);
    return given;
  };
  return {
    hosts,
    volumeName: template('volume-name', 'volume-%s'),
    snapshotName: template('snapshot-name', 'snapshot-%s'),
  };
}

function dumpIn(path: string) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`the dump ${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return readDump(text);
  } catch (error) {
    if (error instanceof DumpError) throw new CommandError(`${path}, ${error.message}`);
    throw error;
  }
}
