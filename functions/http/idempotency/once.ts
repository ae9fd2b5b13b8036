// Idempotency-Key: a request that is sent again changes nothing the second time, and gets the same answer.
import { timestamp } from '../../../infra/clock/port.ts';
import type { Database } from '../../../infra/database/port.ts';
import { Fault } from '../faults.ts';
import type { Call } from '../operation.ts';
import type { RequestKey } from './key.ts';
import { type Recorded, recording, recordRows, replaying, replayRows, textOf } from './record.ts';
import { withKey } from './statement.ts';
import { findKey, forgetKey, isRunning, type KeptRow } from './store.ts';

type Handle = (call: Call) => Promise<unknown>;

/** What the handler returned, and the id of the request that it belongs to. */
export interface Answered {
  readonly result: unknown;
  readonly requestId: string;
}

/**
 * Handles a request once. The statement that changes the state also keeps the key, with everything that the ports had
 * returned to the handler before. A repetition runs the same handler on that record, so it comes to the same answer. A
 * first request costs no extra statement. Nothing is kept of a request that was refused.
 */
export async function once(call: Call, key: RequestKey, handle: Handle): Promise<Answered> {
  const recorded: Recorded = {};
  const first = { hasWritten: false };
  try {
    const ports = recording(call.ports, keeping(call, key, recorded, first), recorded);
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

/** The database, with a first writing statement that also keeps the key. */
function keeping(call: Call, key: RequestKey, recorded: Recorded, first: { hasWritten: boolean }): Database {
  const { database, secrets, clock } = call.ports;
  return {
    async all<Row>(statement: Parameters<Database['all']>[0], parameters = {}) {
      const keyed = first.hasWritten ? null : withKey(statement);
      if (keyed === null) {
        const rows = await database.all<Row>(statement, parameters);
        if (!first.hasWritten) recordRows(recorded, statement, rows);
        return rows;
      }
      const text = textOf({ ...recorded, requestId: [call.requestId], written: [statement.name] });
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

/** A request that was refused after its write changed nothing, or has undone it: its key is forgotten. */
async function refused(call: Call, key: RequestKey, error: unknown): Promise<never> {
  if (error instanceof Fault) await forgetKey(call.ports.database, key);
  throw error;
}

async function repeat(call: Call, key: RequestKey, kept: KeptRow, handle: Handle): Promise<Answered> {
  const { database, secrets, notices } = call.ports;
  const recorded = JSON.parse(await secrets.open(kept.told, purposeOf(key))) as Recorded; // textOf() made it
  const [name = ''] = (recorded.written ?? []) as string[];
  recorded[`rows.${name}`] = [...(recorded[`rows.${name}`] ?? []), JSON.parse(kept.rows)];
  const requestId = String(recorded.requestId?.[0]);
  const again: Database = {
    all: async <Row>(...[statement, parameters]: Parameters<Database['all']>) =>
      replayRows<Row>(recorded, statement) ?? database.all<Row>(statement, parameters),
    close: () => database.close(),
  };
  const ended = async (id: string) => {
    if (await isRunning(database, key.project, id)) throw isUnderWay();
    return true;
  };
  const ports = { ...replaying(call.ports, again, recorded), notices: { ...notices, wait: ended } };
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
