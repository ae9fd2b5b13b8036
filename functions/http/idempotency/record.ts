// What the ports return to a handler until it writes: recorded the first time and replayed when the request is
// repeated, so that the same handler comes to the same answer.
import type { Database, Statement } from '../../../infra/database/port.ts';
import { badRequest } from '../faults.ts';
import type { Ports } from '../ports.ts';

/** The returned values in order, by what was called: `ids.uuid`, `images.show`, `rows.<statement>`. */
export type Recorded = Record<string, unknown[]>;

/** The ports whose answers differ from call to call, or whose calls must not be made twice. */
const recordedPorts = ['ids', 'images', 'compute', 'keys'] as const;

/** A longer record would not fit into a row of the Data API. */
const mostCharacters = 30_000;

/** Ports that record what they return. `database` takes the place of theirs and records by itself. */
export function recording(ports: Ports, database: Database, recorded: Recorded): Ports {
  const keep = (name: string, value: unknown) => {
    if (isData(value)) record(recorded, name, value ?? null);
    return value;
  };
  return wrapped(ports, database, (name, method) => {
    const result = method();
    if (result instanceof Promise) return result.then((value) => keep(name, value));
    record(recorded, name, result ?? null);
    return result;
  });
}

/** Ports that return the recorded values again, and are called for what the record does not have. */
export function replaying(ports: Ports, database: Database, recorded: Recorded): Ports {
  return wrapped(ports, database, (name, method) => {
    const values = recorded[name];
    if (values === undefined || values.length === 0) return method();
    const value = values.shift();
    return name.startsWith('ids.') ? value : Promise.resolve(value);
  });
}

export const recordRows = (recorded: Recorded, { name }: Statement, rows: unknown[]) =>
  record(recorded, `rows.${name}`, rows);

export const replayRows = <Row>(recorded: Recorded, { name }: Statement): Row[] | undefined =>
  recorded[`rows.${name}`]?.shift() as Row[] | undefined; // recordRows() put them there

function record(recorded: Recorded, name: string, value: unknown): void {
  const values = recorded[name] ?? [];
  recorded[name] = values;
  values.push(value);
}

/** The record as text. Throws the 400 of a request whose record is too long to keep. */
export function textOf(recorded: Recorded): string {
  const text = JSON.stringify(recorded);
  if (text.length <= mostCharacters) return text;
  throw badRequest('This request is too large to be kept for its Idempotency-Key. Send it without one.');
}

/** Bytes and streams are not recorded; a repetition fetches them again. */
const isData = (value: unknown) =>
  !(value instanceof Uint8Array) && !(typeof value === 'object' && value !== null && Symbol.asyncIterator in value);

type Each = (name: string, method: () => unknown) => unknown;

function wrapped(ports: Ports, database: Database, each: Each): Ports {
  const all = recordedPorts.flatMap((name) => {
    const port = ports[name];
    return port === undefined ? [] : [[name, proxy(port, name, each)] as const];
  });
  return { ...ports, ...Object.fromEntries(all), database };
}

function proxy<T extends object>(port: T, path: string, each: Each): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const key = `${path}.${String(name)}`;
      if (typeof value === 'function') return (...given: unknown[]) => each(key, () => value.apply(target, given));
      return typeof value === 'object' && value !== null ? proxy(value, key, each) : value;
    },
  });
}
