// What a handler is told by the ports until it writes: remembered the first time, and said again when the request is
// repeated, so that the same handler comes to the same answer.
import type { Database, Statement } from '../../../infra/database/port.ts';
import { badRequest } from '../faults.ts';
import type { Ports } from '../ports.ts';

/** By what was asked (`ids.uuid`, `images.show`, the name of a statement), the answers in their order. */
export type Told = Record<string, unknown[]>;

/** The ports that a request asks for what it cannot know, or has do what must not be done twice. */
const asked = ['ids', 'images', 'compute', 'keys'] as const;

/** A record beyond this would not fit into a row of the Data API. */
const mostCharacters = 30_000;

/** Ports that write down what they say. `database` is the one to ask, and does so itself. */
export function listened(ports: Ports, database: Database, told: Told): Ports {
  const hear = (name: string, value: unknown) => {
    const list = told[name] ?? [];
    told[name] = list;
    list.push(value ?? null);
  };
  const heard = (name: string, value: unknown) => {
    if (isData(value)) hear(name, value);
    return value;
  };
  return wrapped(ports, database, (name, method) => {
    const said = method();
    if (said instanceof Promise) return said.then((value) => heard(name, value));
    hear(name, said);
    return said;
  });
}

/** Ports that say again what they said, and ask again for what they were not asked then. */
export function repeated(ports: Ports, database: Database, told: Told): Ports {
  return wrapped(ports, database, (name, method) => {
    const said = told[name];
    if (said === undefined || said.length === 0) return method();
    const value = said.shift();
    return name.startsWith('ids.') ? value : Promise.resolve(value);
  });
}

/** Reads: remembered as the ports' answers are. */
export const heardRows = (told: Told, { name }: Statement, rows: unknown[]) => {
  const key = `rows.${name}`;
  const list = told[key] ?? [];
  told[key] = list;
  list.push(rows);
};

export const toldRows = <Row>(told: Told, { name }: Statement): Row[] | undefined =>
  told[`rows.${name}`]?.shift() as Row[] | undefined; // as heardRows() put them

export function written(told: Told): string {
  const text = JSON.stringify(told);
  if (text.length <= mostCharacters) return text;
  throw badRequest('The request is about too much to be kept for its Idempotency-Key. Send it without one.');
}

/** Bytes and streams are asked for again. */
const isData = (value: unknown) =>
  !(value instanceof Uint8Array) && !(typeof value === 'object' && value !== null && Symbol.asyncIterator in value);

type Each = (name: string, method: () => unknown) => unknown;

function wrapped(ports: Ports, database: Database, each: Each): Ports {
  const all = asked.flatMap((name) => {
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
