// A prepared statement's run without asking again what its rows look like: pg has the server describe them every time,
// which for 35 columns is 1.2 KB to send, to read and to take apart: a twentieth of what a show costs.
import pg from 'pg';
import { parserOf } from './columns.ts';

/** What pg's Client sends by; its own types leave it out. */
interface Connection {
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(statement: { text: string; name: string }): void;
  bind(portal: { portal: string; statement: string; values: readonly unknown[]; valueMapper: typeof asSent }): void;
  describe(portal: { type: 'P'; name: string }): void;
  execute(portal: { portal: string }): void;
  sync(): void;
}

interface Column {
  readonly name: string;
  /** Null: its text is its value. */
  readonly parse: ((text: string) => unknown) | null;
}

interface Shape {
  readonly columns: readonly Column[];
  /** Copied for each row: an object that has all its keys already is four times as quick to fill. */
  readonly empty: Readonly<Record<string, null>>;
}

/** By connection and name: both end together, and a statement whose rows come to look otherwise fails as stale. */
const shapes = new WeakMap<Connection, Map<string, Shape>>();

/** Values are texts, numbers, booleans and nulls: port.ts. */
const asSent = (value: unknown) => (value === null ? null : String(value));

export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** After this the client gives up. */
  readonly query_timeout?: number;
}

/** Runs a named statement on a client of pg, prepared at its first run. */
export function runPrepared<Row>(client: pg.ClientBase, statement: PreparedStatement): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const query = new PreparedQuery<Row>(statement, (error) => (error ? reject(error) : resolve(query.found)));
    client.query(query);
  });
}

type Ended = (error: Error | null | undefined) => void;

class PreparedQuery<Row> extends pg.Query {
  readonly found: Row[] = [];
  readonly name: string;
  readonly query_timeout: number | undefined;
  readonly #statement: PreparedStatement;
  #connection: Connection | null = null;
  #shape: Shape | null = null;

  constructor(statement: PreparedStatement, ended: Ended) {
    // As a text: an object would be copied, key by key. pg hands an Error or null.
    super(statement.text, [], ended as () => void);
    this.name = statement.name;
    this.#statement = statement;
    this.query_timeout = statement.query_timeout;
  }

  /** Called by pg's own submit(). */
  prepare(connection: Connection): void {
    const { name, text, values } = this.#statement;
    this.#connection = connection;
    const isParsed =
      connection.parsedStatements[name] !== undefined || connection.submittedNamedStatements[name] !== undefined;
    if (!isParsed) {
      connection.parse({ text, name });
      connection.submittedNamedStatements[name] = text;
    }
    connection.bind({ portal: '', statement: name, values, valueMapper: asSent });
    this.#shape = shapes.get(connection)?.get(name) ?? null;
    if (this.#shape === null) connection.describe({ type: 'P', name: '' });
    connection.execute({ portal: '' });
    connection.sync();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    const columns = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }));
    const empty = Object.fromEntries(columns.map(({ name }) => [name, null]));
    this.#shape = { columns, empty };
    const connection = this.#connection;
    if (connection === null) return;
    const known = shapes.get(connection) ?? new Map<string, Shape>();
    shapes.set(connection, known.set(this.#statement.name, this.#shape));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const shape = this.#shape;
    if (shape === null) throw new Error('rows came before what they look like');
    const row: Record<string, unknown> = { ...shape.empty };
    const { columns } = shape;
    for (let n = 0; n < columns.length; n += 1) {
      const text = fields[n];
      const column = columns[n];
      if (text == null || column === undefined) continue;
      row[column.name] = column.parse === null ? text : column.parse(text);
    }
    this.found.push(row as Row); // the caller knows the statement
  }

  /** How many rows it was is not asked. */
  handleCommandComplete(): void {}
}
