// Runs the operations that its arguments name against a Scoria of its own, and tells its parent of each.
import fc from 'fast-check';
import type { Operation } from '../../functions/http/operation.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { freshUndoneDatabase, type UndoneDatabase } from '../harness/undone.ts';
import { digest } from '../harness/world.ts';
import { type FuzzedRequest, requestOf } from './requests.ts';
import { fuzzed, seedFuzzWorld } from './world.ts';

/** What a shard tells of each operation. */
export interface FuzzOutcome {
  readonly operation: string;
  readonly cases: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMilliseconds: number;
  /** The most frequent refusals, in words: what kept requests from being accepted. */
  readonly refusals: readonly string[];
  /** Null: nothing was found. */
  readonly failure: string | null;
}

/** A request that takes longer hangs. One that did is asked again, twice: a machine that was busy is no hang. */
const hangMilliseconds = 1000;
class Fuzzing {
  readonly #scoria: Scoria;
  readonly #database: UndoneDatabase;
  /** What the world looks like before each request. */
  readonly #world: string;
  readonly statuses: Record<string, number> = {};
  slowest = 0;
  readonly refusals = new Map<string, number>();

  constructor(scoria: Scoria, database: UndoneDatabase, world: string) {
    this.#scoria = scoria;
    this.#database = database;
    this.#world = world;
  }

  async check(operation: Operation, asked: FuzzedRequest): Promise<void> {
    try {
      const told = await this.#ask(operation, asked);
      this.statuses[told.status] = (this.statuses[told.status] ?? 0) + 1;
      if (told.status >= 500) throw new Error(`${told.status} ${told.text}`);
      if (told.status >= 400) await this.#unchanged(told);
    } finally {
      await this.#database.undo();
    }
  }

  async #ask(operation: Operation, asked: FuzzedRequest): Promise<Told> {
    const { path, body, ...rest } = asked;
    for (let tries = 1; ; tries += 1) {
      const began = performance.now();
      const told = await this.#scoria.ask(operation.method, path, body === undefined ? rest : { ...rest, body });
      const took = performance.now() - began;
      if (took < hangMilliseconds) {
        this.slowest = Math.max(this.slowest, took);
        return told;
      }
      await this.#database.undo();
      if (tries === 3) throw new Error(`took ${Math.round(took)} ms, three times: ${told.status} ${told.text}`);
    }
  }

  /** Counts a refusal by its words, without what they repeat of the request. */
  #count(told: Told): void {
    const words = told.text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').slice(0, 160);
    this.refusals.set(words, (this.refusals.get(words) ?? 0) + 1);
  }

  async #unchanged(told: Told): Promise<void> {
    this.#count(told);
    const message = told.body === null ? 'none' : Object.values<{ message?: unknown }>(told.body)[0]?.message;
    if (typeof message !== 'string' && told.status !== 412) throw new Error(`a fault without words: ${told.text}`);
    if (told.text.length > 2000) throw new Error(`a fault of ${told.text.length} characters`);
    if (!(await this.#database.isWritten())) return;
    if ((await digest(this.#database)) === this.#world) return;
    throw new Error(`refused, and yet changed something: ${told.status} ${told.text}`);
  }
}

async function fuzz(fuzzing: Fuzzing, operation: Operation, cases: number, seed: number): Promise<FuzzOutcome> {
  const property = fc.asyncProperty(requestOf(operation), (asked) => fuzzing.check(operation, asked));
  const found = await fc.check(property, {
    numRuns: cases,
    seed,
    interruptAfterTimeLimit: 120_000,
    markInterruptAsFailure: true,
  });
  const { failed, counterexample, errorInstance, interrupted } = found;
  const shown = JSON.stringify(counterexample?.[0])?.slice(0, 1500);
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return {
    operation: operation.name,
    cases: found.numRuns,
    statuses: fuzzing.statuses,
    slowestMilliseconds: Math.round(fuzzing.slowest),
    refusals: mostOf(fuzzing.refusals),
    failure: failed
      ? interrupted
        ? `only ${found.numRuns} cases in two minutes`
        : `${reason.slice(0, 1500)}\n  ${shown}`
      : null,
  };
}

const mostOf = (refusals: ReadonlyMap<string, number>) =>
  [...refusals]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([words, count]) => `${count} × ${words}`);

const [cases, seed, ...names] = process.argv.slice(2);
const database = await freshUndoneDatabase();
const shares = { database: countingDatabase(database) };
// What an actor may hold is not what is tried: quota must not refuse everything after a while.
const scoria = await startScoria({ workers: false, settings: { connectSeconds: 0 }, shares });
scoria.glance.keep(new Uint8Array(1024), { id: fuzzed.image });
await database.keep(() => seedFuzzWorld(database));
const world = await digest(database);
await database.undo();
for (const operation of samples.guarded.filter((one) => names.includes(one.name))) {
  const fuzzing = new Fuzzing(scoria, database, world);
  process.send?.(await fuzz(fuzzing, operation, Number(cases), Number(seed)));
}
await scoria.close();
await database.close();
process.disconnect?.();
