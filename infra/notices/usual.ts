import type { Ended } from './port.ts';

/** The share of the newest in the figure: what ten operations took counts for two thirds. */
const share = 0.1;

/** How long operations of each kind have taken lately: a moving average. Kinds are few, and named in the schema. */
export function usualTimes() {
  const byKind = new Map<string, number>();
  return {
    add({ kind, milliseconds }: Ended): void {
      const known = byKind.get(kind) ?? milliseconds;
      byKind.set(kind, known + share * (milliseconds - known));
    },
    of: (kind: string): number | null => byKind.get(kind) ?? null,
  };
}
