import { memoryCounters } from './memory.ts';
import type { Counters } from './port.ts';
import { type SharedCountersOptions, sharedCounters } from './shared.ts';

export interface NodeCountersOptions {
  /** Whether processes on one database count requests, and wrong passwords, together. */
  readonly sharesCounters: boolean;
}

export const nodeCounters = ({ sharesCounters }: NodeCountersOptions, needs: SharedCountersOptions): Counters =>
  sharesCounters ? sharedCounters(needs) : memoryCounters(needs);
