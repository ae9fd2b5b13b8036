// The statements of each kind of work, made once from its value.
import type { Database } from '../../infra/database/port.ts';
import type { Nudge } from '../../infra/queue/port.ts';
import { type Claimed, type ClaimResult, claim, claimText, kindOf, readNeeds } from '../store/claim.ts';
import { claimToScheduleText } from '../store/pools.ts';
import { settleText } from '../store/settle.ts';
import { works } from './index.ts';
import type { AnyWork } from './work.ts';

export interface Statements {
  readonly work: AnyWork;
  readonly claim: ReturnType<typeof claimText>;
  /** Null where there is nothing to choose. */
  readonly claimToSchedule: ReturnType<typeof claimText> | null;
  readonly done: ReturnType<typeof settleText<'done'>>;
  readonly failed: ReturnType<typeof settleText<'failed'>>;
}

const byKind = new Map<string, Statements>(
  works.map((work) => [
    work.kind,
    {
      work,
      claim: claimText(work.kind, work.needs),
      claimToSchedule: work.schedule === undefined ? null : claimToScheduleText(work.kind, work.schedule.needs),
      done: settleText(work, 'done'),
      failed: settleText(work, 'failed'),
    },
  ]),
);

/** Throws for a kind that a newer version of the service queued: its message waits for a worker that knows it. */
export function statementsOf(kind: string): Statements {
  const found = byKind.get(kind);
  if (found === undefined) throw new Error(`This worker does not know work of the kind ${kind}.`);
  return found;
}

export interface ClaimedWork {
  readonly work: AnyWork;
  readonly claimed: Claimed;
  /** The row of the claim, for readNeeds(). */
  readonly row: object;
}

/** Claims the operation of a message for a back end. Null for a duplicate or late message. */
export async function claimWork(database: Database, message: Nudge, now: string): Promise<ClaimResult<ClaimedWork>> {
  const kind = await kindOf(database, message);
  if (kind === null) return null;
  const { work, claim: statement } = statementsOf(kind);
  const found = await claim(database, statement, message, now);
  return found === null || found === 'busy' ? found : { work, claimed: found.claimed, row: found.rows[0] ?? {} };
}

/** What the work needs to know, as `run` receives it. Throws when something required is missing. */
export const needsOf = ({ work, claimed, row }: ClaimedWork): Record<string, unknown> =>
  readNeeds(work.needs, claimed, row);
