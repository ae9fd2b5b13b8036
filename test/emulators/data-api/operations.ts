// The operations of the Data API, by path. Each takes the request's body and gives the answer's.
import type { Backend, Session } from './backend.ts';
import { badRequest, fromDatabase } from './errors.ts';
import { answerOf, type Limits } from './results.ts';
import { type Parameter, prepare } from './statement.ts';
import { Transactions } from './transactions.ts';

export type Body = Readonly<Record<string, unknown>>;
export type Operations = Readonly<Record<string, (body: Body) => Promise<object>>>;

interface Options {
  readonly limits: Limits;
  readonly idleMilliseconds: number;
}

export function operations(backend: Backend, { limits, idleMilliseconds }: Options) {
  const transactions = new Transactions(backend, idleMilliseconds);

  /** In the transaction that is named, or by itself: then it has happened when it has answered. */
  function inSession<Result>(body: Body, work: (session: Session) => Promise<Result>): Promise<Result> {
    const { transactionId } = body;
    return transactionId === undefined ? alone(backend, work) : transactions.run(text(body, 'transactionId'), work);
  }

  async function execute(body: Body): Promise<object> {
    const prepared = prepare(text(body, 'sql'), parametersOf(body.parameters));
    const result = await inSession(body, (session) => session.query(prepared));
    const asked = {
      includeResultMetadata: body.includeResultMetadata === true,
      formatRecordsAs: String(body.formatRecordsAs ?? 'NONE'),
    };
    return withTransaction(body, () => answerOf(result, asked, limits));
  }

  /** What has been cut off takes its transaction with it: the service rolls it back. */
  async function withTransaction<Result>(body: Body, make: () => Result): Promise<Result> {
    try {
      return make();
    } catch (error) {
      if (typeof body.transactionId === 'string') await transactions.end(body.transactionId, 'ROLLBACK');
      throw error;
    }
  }

  async function batch(body: Body): Promise<object> {
    const sets = Array.isArray(body.parameterSets) ? body.parameterSets : [[]];
    await inSession(body, async (session) => {
      for (const set of sets) await session.query(prepare(text(body, 'sql'), parametersOf(set)));
    });
    return { updateResults: sets.map(() => ({ generatedFields: [] })) };
  }

  const all: Operations = {
    '/Execute': execute,
    '/BatchExecute': batch,
    '/BeginTransaction': async () => ({ transactionId: await transactions.begin() }),
    '/CommitTransaction': async (body) => {
      const isCommitted = await transactions.end(text(body, 'transactionId'), 'COMMIT');
      return { transactionStatus: isCommitted ? 'Transaction Committed' : 'Rollback Complete' };
    },
    '/RollbackTransaction': async (body) => {
      await transactions.end(text(body, 'transactionId'), 'ROLLBACK');
      return { transactionStatus: 'Rollback Complete' };
    },
  };
  return { all, close: () => transactions.close() };
}

async function alone<Result>(backend: Backend, work: (session: Session) => Promise<Result>): Promise<Result> {
  const session = await backend.session();
  let lost = true;
  try {
    const result = await work(session);
    lost = false;
    return result;
  } catch (error) {
    lost = fromDatabase(error).name !== 'DatabaseErrorException';
    throw error;
  } finally {
    session.release(lost);
  }
}

function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`${name} is required`);
}

function parametersOf(given: unknown): readonly Parameter[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw badRequest('parameters must be a list');
  return given.map((one: Partial<Parameter> | null) => {
    if (typeof one?.name !== 'string' || typeof one.value !== 'object' || one.value === null) {
      throw badRequest('a parameter has a name and a value');
    }
    return { name: one.name, value: one.value, ...(one.typeHint === undefined ? {} : { typeHint: one.typeHint }) };
  });
}
