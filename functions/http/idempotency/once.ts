// Idempotency-Key: a request that is sent again changes nothing again, and gets the answer that it had.
import { timestamp } from '../../../infra/clock/port.ts';
import type { Database } from '../../../infra/database/port.ts';
import { Fault } from '../faults.ts';
import type { Call } from '../operation.ts';
import type { RequestKey } from './key.ts';
import { withKey } from './statement.ts';
import { findKey, forgetKey, isRunning, type KeptRow } from './store.ts';
import { heardRows, listened, repeated, type Told, toldRows, written } from './told.ts';

type Handle = (call: Call) => Promise<unknown>;

/** What a handler returned, and the id of the request that is answered so. */
export interface Answered {
  readonly result: unknown;
  readonly requestId: string;
}

/**
 * Has the request handled once. The key is kept by the statement that changes the state, with all that the handler
 * was told before; a repetition has the same handler go the same way with that, up to the same answer. A first
 * request costs no statement more. Of a request that was refused nothing is kept.
 */
export async function once(call: Call, key: RequestKey, handle: Handle): Promise<Answered> {
  const told: Told = {};
  const first = { hasWritten: false };
  try {
    const ports = listened(call.ports, keeping(call, key, told, first), told);
    return { result: await handle({ ...call, ports }), requestId: call.requestId };
  } catch (error) {
    if (first.hasWritten) return await refused(call, key, error);
    const kept = await findKey(call.ports.database, key, timestamp(call.ports.clock));
    if (kept === null) throw error;
    if (kept.is_over) {
      await forgetKey(call.ports.database, key, kept.request);
      return once(call, key, handle);
    }
    if (kept.request !== key.request) throw isOther();
    return repeat(call, key, kept, handle);
  }
}

/** The database, whose first statement that writes keeps the key as well. */
function keeping(call: Call, key: RequestKey, told: Told, first: { hasWritten: boolean }): Database {
  const { database, secrets, clock } = call.ports;
  return {
    async all<Row>(statement: Parameters<Database['all']>[0], parameters = {}) {
      const keyed = first.hasWritten ? null : withKey(statement);
      if (keyed === null) {
        const rows = await database.all<Row>(statement, parameters);
        if (!first.hasWritten) heardRows(told, statement, rows);
        return rows;
      }
      const text = written({ ...told, requestId: [call.requestId], written: [statement.name] });
      const rows = await database.all<Row>(keyed, {
        ...parameters,
        kept_project: key.project,
        kept_key: key.key,
        kept_request: key.request,
        kept_told: await secrets.seal(text, purposeOf(key)),
        kept_at: timestamp(clock),
      });
      first.hasWritten = true;
      return rows;
    },
    close: () => database.close(),
  };
}

const purposeOf = ({ project, key }: RequestKey) => `idempotency:${project}:${key}`;

/** What has written and was refused all the same has changed nothing, or has taken it back. */
async function refused(call: Call, key: RequestKey, error: unknown): Promise<never> {
  if (error instanceof Fault) await forgetKey(call.ports.database, key);
  throw error;
}

async function repeat(call: Call, key: RequestKey, kept: KeptRow, handle: Handle): Promise<Answered> {
  const { database, secrets, notices } = call.ports;
  const told = JSON.parse(await secrets.open(kept.told, purposeOf(key))) as Told; // written() made it
  const [name = ''] = (told.written ?? []) as string[];
  told[`rows.${name}`] = [...(told[`rows.${name}`] ?? []), JSON.parse(kept.rows)];
  const requestId = String(told.requestId?.[0]);
  const again: Database = {
    all: async <Row>(...[statement, parameters]: Parameters<Database['all']>) =>
      toldRows<Row>(told, statement) ?? database.all<Row>(statement, parameters),
    close: () => database.close(),
  };
  const ended = async (id: string) => {
    if (await isRunning(database, key.project, id)) throw isUnderWay();
    return true;
  };
  const ports = { ...repeated(call.ports, again, told), notices: { ...notices, wait: ended } };
  try {
    return { result: await handle({ ...call, ports, requestId }), requestId };
  } catch (error) {
    if (error instanceof UnderWay) throw error;
    return await refused(call, key, error);
  }
}

class UnderWay extends Fault {}

const isUnderWay = () =>
  new UnderWay(409, 'The request with this Idempotency-Key is still being worked on. Ask again.', {
    'Retry-After': '1',
  });

const isOther = () =>
  new Fault(422, 'This Idempotency-Key belongs to another request. Use a new key for each request.');
