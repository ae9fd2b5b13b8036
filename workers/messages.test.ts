// Every work that can fail, failed in every way, on resources in every state: whatever is in an error then says why.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { virtualClock } from '../infra/clock/virtual.ts';
import { sql } from '../infra/database/port.ts';
import { webDigests } from '../infra/digests/web.ts';
import { systemIds } from '../infra/ids/system.ts';
import { silentLog } from '../infra/log/lines.ts';
import { memorySecrets } from '../infra/secrets/memory.ts';
import { backupMachine } from '../schema/backups.ts';
import { messageActions, messageDetails, messageEventId, messageResourceType, messageText } from '../schema/codes.ts';
import { groupMachine, groupSnapshotMachine } from '../schema/groups.ts';
import { type Machine, type Move, statusesAt } from '../schema/machine.ts';
import { type Kind, kinds, machineOf } from '../schema/operations.ts';
import { snapshotMachine } from '../schema/snapshots.ts';
import { volumeMachine } from '../schema/volumes.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';
import { finish } from './finish.ts';
import { sweep } from './sweeper.ts';
import { statementsOf } from './work/statements.ts';

const machines: Readonly<Record<string, Machine>> = {
  volume: volumeMachine,
  snapshot: snapshotMachine,
  backup: backupMachine,
  group: groupMachine,
  group_snapshot: groupSnapshotMachine,
};
const tables = Object.entries(machines).map(([resource, { table }]) => [resource, table] as const);

const clock = virtualClock();
const ids = systemIds();
let scoria: Scoria;
/** One of each, tied to each other as closely as can be. */
const world: Record<string, string> = {};
const run = <Row>(text: string) => scoria.database.all<Row>(sql('test', text));

before(async () => {
  scoria = await startScoria({ clock });
  const version = '3.71';
  const made = async (path: string, body: object, key: string) => {
    const told = await scoria.ask('POST', path, { version, body });
    assert.equal(told.status, 202, told.text);
    const { id } = told.body[key];
    const until = (told: { body: Record<string, { status: string }> }) => told.body[key]?.status === 'available';
    await scoria.until(`${path}/${id}`, until, { version });
    return id as string;
  };
  const group = { group_type: '__DEFAULT__', volume_types: ['__DEFAULT__'] };
  world.group = await made('/v3/groups', { group }, 'group');
  const volume = { size: 1, volume_type: '__DEFAULT__', group_id: world.group };
  world.volume = await made('/v3/volumes', { volume }, 'volume');
  const group_snapshot = { group_id: world.group };
  world.group_snapshot = await made('/v3/group_snapshots', { group_snapshot }, 'group_snapshot');
  const [snapshot] = await run<{ id: string }>('SELECT id::text AS id FROM snapshots');
  world.snapshot = snapshot?.id ?? '';
  world.backup = await made('/v3/backups', { backup: { volume_id: world.volume } }, 'backup');
});
after(() => scoria.close());

const ports = () => ({
  database: scoria.database,
  queue: scoria.queue,
  clock,
  ids,
  digests: webDigests(),
  log: silentLog,
  secrets: memorySecrets(),
});

const replicating: Readonly<Record<string, string>> = {
  enable_replication: 'enabling',
  disable_replication: 'disabling',
  failover_replication: 'failing-over',
};

/** Puts everything back, sets the states, and leaves an operation as a worker has it, or as nobody has claimed it. */
async function begin(kind: Kind, states: Readonly<Record<string, string>>, isClaimed: boolean) {
  // What is taken over may have no size, as long as it is known what it is.
  const more = `, size_gib = 1, consumes_quota = TRUE, adopts = ${kind === 'volume.manage' ? `'{}'` : 'NULL'}`;
  const back = tables.map(
    ([resource, table]) =>
      `${table}_back AS (UPDATE ${table} SET status = '${states[resource] ?? 'available'}'${resource === 'volume' ? more : ''})`,
  );
  await run(`WITH ${back.join(', ')}, told AS (DELETE FROM messages) DELETE FROM operations`);
  const [resource = '', move = ''] = kind.split('.');
  const target = world[resource] ?? ids.uuid();
  const meanwhile = replicating[move];
  if (meanwhile !== undefined) await run(`UPDATE groups SET replication_status = '${meanwhile}'`);
  const [id, requestId] = [ids.uuid(), `req-${ids.uuid()}`];
  const given = { volume_id: world.volume, snapshot_id: world.snapshot, backup_id: world.backup, new_size: 2 };
  const at = (seconds: number) => `to_timestamp(${clock.now() / 1000 + seconds})`;
  await run(`INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status, attempt,
    tries, lease_until, deadline, arguments, request_id, created_at, updated_at)
  SELECT '${id}', '${kind}', '${resource}', '${target}', v.project_id, v.user_id, 'nobody', 'x',
    '${isClaimed ? 'running' : 'queued'}', 1, 1, ${at(isClaimed ? 60 : -1)}, ${at(isClaimed ? 60 : -1)},
    '${JSON.stringify(given)}', '${requestId}', now(), now() FROM volumes v`);
  return { id, requestId, target, arguments: given };
}

interface MessageRow {
  readonly resource_type: string;
  readonly request_id: string;
  readonly event_id: string;
  readonly action_id: string;
  readonly detail_id: string;
  readonly project_id: string;
}

/** Asserts of everything that is in an error now that it has a message, and that the message is right. */
async function assertExplained(kind: Kind, requestId: string, detail: string, states: object): Promise<string[]> {
  const found: string[] = [];
  const rows = await run<{ resource: string; id: string; status: string; project_id: string }>(
    tables
      .map(([resource, table]) => `SELECT '${resource}' AS resource, id::text AS id, status, project_id FROM ${table}`)
      .join(' UNION ALL '),
  );
  const all = await run<MessageRow & { resource_uuid: string }>(`SELECT m.resource_uuid::text AS resource_uuid,
    m.resource_type, m.request_id, m.event_id, m.action_id, m.detail_id, m.project_id FROM messages m`);
  for (const row of rows.filter(({ resource, status }) => machines[resource]?.states[status] === 'error')) {
    const { resource } = row;
    const messages = all.filter((one) => one.resource_uuid === row.id);
    assert.equal(messages.length, 1, `${kind} ${JSON.stringify(states)}: ${resource} is ${row.status}`);
    const action = messageActions[statementsOf(kind).work.message.action].id;
    assert.deepEqual(messages[0], {
      resource_uuid: row.id,
      resource_type: messageResourceType(resource),
      request_id: requestId,
      event_id: messageEventId(resource, action, detail),
      action_id: action,
      detail_id: detail,
      project_id: row.project_id,
    });
    assert.doesNotMatch(messageText(action, detail), /unknown action|unknown error/);
    found.push(`${resource} ${row.status}`);
  }
  return found;
}

const busyWords = new Set(
  Object.values(machines).flatMap(({ states }) => Object.keys(states).filter((state) => states[state] === 'busy')),
);

/** The primary in each state that the work shows, and all others that have it in each of the busy ones. */
function* statesOf(kind: Kind): Iterable<Record<string, string>> {
  const [resource = ''] = kind.split('.');
  const shown = statusesAt(machineOf(kind), kind);
  // First what belongs together: a deletion of one is a deletion of the other.
  for (const via of shown.length === 0 ? ['available'] : shown) {
    for (const word of new Set([via, ...busyWords])) {
      const others = Object.entries(machines).filter(([, { states }]) => states[word] === 'busy');
      yield { ...Object.fromEntries(others.map(([other]) => [other, word])), [resource]: via };
    }
  }
}

/** Asserts that nothing waits for this work any more, and that what has become of it is written down. */
async function assertRests(kind: Kind, requestId: string, before: Readonly<Record<string, string>>): Promise<void> {
  const { events } = statementsOf(kind).work;
  for (const [resource, of] of Object.entries(machines)) {
    // The snapshot that the arguments name is what is read.
    if (kind === 'backup.create' && resource === 'volume') continue;
    const waited = statusesAt(of, kind);
    const isWaiting = waited.includes(before[resource] ?? '') && of.states[before[resource] ?? ''] === 'busy';
    if (!isWaiting) continue;
    for (const { status } of await run<{ status: string }>(`SELECT status FROM ${of.table}`)) {
      const says = `${kind} leaves the ${resource} ${status}: see its move in schema/ (${JSON.stringify(before)})`;
      assert.ok(of.states[status] !== undefined, says);
      assert.notEqual(of.states[status], 'busy', says);
    }
  }
  if (events === null) return;
  const rows = await run<{ type: string }>(`SELECT type FROM events WHERE request_id = '${requestId}'`);
  const found = rows.map(({ type }) => type);
  assert.equal(found.filter((type) => type === events.failed).length, 1, `${kind}: the event of its failure: ${found}`);
  // And of what failed with it.
  assert.deepEqual(
    [],
    found.filter((type) => !type.endsWith('.error')),
    kind,
  );
}

const withMachine = kinds.filter((kind) => machines[kind.split('.')[0] ?? ''] !== undefined);

for (const kind of withMachine) {
  const machine = machineOf(kind);
  const failing = (begun: Awaited<ReturnType<typeof begin>>, isBusy: boolean) => {
    const ending = { kind, attempt: 1, tries: 1, deadline: clock.now() + 60_000, ...begun };
    const outcome = { outcome: 'failed', cause: 'no', detail: 'noSpace', isBusy } as const;
    return finish(ports(), { ...ending, secret: null, projectId: '', resourceId: begun.target } as never, outcome);
  };

  test(`${kind}: after a failure nothing is busy, and whatever is in an error has an event and a message with its request, resource, action and detail`, async () => {
    const [resource = ''] = kind.split('.');
    const edges = new Set<string>();
    for (const states of statesOf(kind)) {
      const begun = await begin(kind, states, true);
      await failing(begun, false);
      await assertRests(kind, begun.requestId, states);
      for (const one of await assertExplained(kind, begun.requestId, messageDetails.noSpace.id, states)) edges.add(one);
    }
    for (const move of Object.values<Move>(machine.moves)) {
      if (move.work !== kind || machine.states[move.fail ?? ''] !== 'error') continue;
      assert.ok(edges.has(`${resource} ${move.fail}`), `${[...edges].join()} has no ${resource} ${move.fail}`);
    }
  });

  test(`${kind}: after its deadline too`, async () => {
    const [states = {}] = statesOf(kind);
    const begun = await begin(kind, states, false);
    assert.equal((await sweep(ports())).ended, 1);
    await assertRests(kind, begun.requestId, states);
    await assertExplained(kind, begun.requestId, messageDetails.deadlinePassed.id, states);
  });

  test(`${kind}: a back end that was only busy leaves nothing busy, whatever the state before was`, async () => {
    const [states = {}] = statesOf(kind);
    for (const before of [null, ...Object.keys(machine.states)]) {
      const begun = await begin(kind, states, true);
      const was = tables.map(
        ([, table]) => `${table}_was AS (UPDATE ${table} SET previous_status = ${literal(before)})`,
      );
      await run(`WITH ${was.join(', ')} SELECT 1`);
      await failing(begun, true);
      await assertRests(kind, begun.requestId, states);
    }
  });
}

const literal = (text: string | null) => (text === null ? 'NULL' : `'${text}'`);

test('no two actions and no two details have one number', () => {
  for (const list of [messageActions, messageDetails]) {
    const numbers = Object.values(list).map(({ id }) => id);
    assert.equal(new Set(numbers).size, numbers.length);
  }
});
