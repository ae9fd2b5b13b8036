// Work that was cancelled before it had begun is not done: it takes its fail edge.
import type { Failed } from './outcome.ts';
import type { Claimed } from './store/claim.ts';

/** How an operation ends that was cancelled; null for all others. */
export const cancelled = ({ cancelledBy }: Pick<Claimed, 'cancelledBy'>): Failed | null =>
  cancelledBy === null
    ? null
    : { outcome: 'failed', cause: `Cancelled by ${cancelledBy}.`, detail: 'cancelled', isBusy: false };
