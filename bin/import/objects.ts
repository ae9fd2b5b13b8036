// Volumes and snapshots of an import: a row with the old id, and work that adopts its object. A few at a time, each
// until it is done, so that none waits longer than its deadline.
import { insertManaged as insertSnapshot } from '../../functions/snapshots/manage/store.ts';
import { insertManaged as insertVolume } from '../../functions/volumes/manage/store.ts';
import { type Clock, timestamp } from '../../infra/clock/port.ts';
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import type { Ids } from '../../infra/ids/port.ts';
import { type Kind, machineOf, operationParameters } from '../../schema/operations.ts';
import type { PlannedSnapshot, PlannedVolume, Refused } from './plan.ts';
import { readStates, type StateRow, snapshotAsItWas, volumeAsItWas } from './store.ts';

export interface Tools {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly say: (line: string) => void;
  readonly requestId: string;
}

export interface Outcome {
  /** Those that exist here now, created by this run or an earlier one. */
  readonly here: readonly string[];
  readonly refused: readonly Refused[];
}

/** How many are in progress at once. */
const atOnce = 50;
const lookMilliseconds = 500;
const underWay = (state: StateRow) => !state.is_taken && !/error/.test(state.status);

interface Kindly<One> {
  readonly what: 'volume' | 'snapshot';
  /** Creates the row; false when something prevents it. */
  insert(one: One): Promise<boolean>;
  finish(one: One): Promise<void>;
}

async function importAll<One extends PlannedVolume | PlannedSnapshot>(
  all: readonly One[],
  { database, clock, say }: Tools,
  { what, insert, finish }: Kindly<One>,
): Promise<Outcome> {
  const here: string[] = [];
  const refused: Refused[] = [];
  const refuse = (one: One, why: string) => void refused.push({ what, id: one.id, name: one.name, why });
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    const ids = some.map((one) => one.id);
    const before = await readStates(database, what, ids);
    for (const one of some) {
      if (before.has(one.id)) continue;
      const why = await insert(one).then((isMade) => (isMade ? null : 'its back end takes no work now'), reasonOf);
      if (why !== null) refuse(one, why);
    }
    let states = await readStates(database, what, ids);
    while ([...states.values()].some(underWay)) {
      await clock.sleep(lookMilliseconds);
      states = await readStates(database, what, ids);
    }
    for (const one of some) {
      const state = states.get(one.id);
      if (state?.is_taken) {
        await finish(one);
        here.push(one.id);
      } else if (state !== undefined) refuse(one, `${state.status}: ${state.cause ?? 'nobody knows why'}`);
    }
    say(`${what}s: ${at + some.length} of ${all.length}`);
  }
  return { here, refused };
}

/** A refusal is reported to the operator; any other error ends the import. */
function reasonOf(error: unknown): string {
  if (error instanceof DatabaseError && ['refused', 'conflict'].includes(error.failure)) return error.reason;
  throw error;
}

function work({ clock, ids, requestId }: Tools, kind: Kind, step: string, one: PlannedVolume | PlannedSnapshot) {
  return {
    now: timestamp(clock),
    ...operationParameters({
      ...{ id: ids.uuid(), kind, step, actorId: one.user, requestId, trace: null },
      withinSeconds: machineOf(kind).moves.manage?.within ?? 600,
      arguments: { reference: { 'source-name': one.object } },
    }),
  };
}

const common = (one: PlannedVolume | PlannedSnapshot) => ({
  ...{ id: one.id, name: one.name, description: one.description, metadata: JSON.stringify(one.metadata) },
  reference: JSON.stringify({ 'source-name': one.object }),
});

export function importVolumes(tools: Tools, volumes: readonly PlannedVolume[], defaultType: string): Promise<Outcome> {
  return importAll(volumes, tools, {
    what: 'volume',
    async insert(one) {
      const made = await insertVolume(tools.database, {
        ...work(tools, 'volume.manage', 'schedule', one),
        ...common(one),
        ...{ project: one.project, host: one.host, cluster: null, type: one.type, default_type: defaultType },
        bootable: one.bootable,
      });
      return made !== null;
    },
    finish: ({ id, createdAt, imageMetadata }) =>
      volumeAsItWas(tools.database, {
        ...{ id, created_at: createdAt },
        image_metadata: imageMetadata === null ? null : JSON.stringify(imageMetadata),
      }),
  });
}

export function importSnapshots(tools: Tools, snapshots: readonly PlannedSnapshot[]): Promise<Outcome> {
  return importAll(snapshots, tools, {
    what: 'snapshot',
    async insert(one) {
      const made = await insertSnapshot(tools.database, {
        ...work(tools, 'snapshot.manage', 'adopt', one),
        ...common(one),
        ...{ volume_id: one.volume, scope: null },
      });
      return made !== null;
    },
    finish: ({ id, createdAt }) => snapshotAsItWas(tools.database, { id, created_at: createdAt }),
  });
}
