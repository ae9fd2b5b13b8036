// What a request waits for that prefers to: the end of the work on a resource.
import type { Machine } from '../../schema/machine.ts';

/** For `waits` of an operation: the status of what the answer has under that key, while a worker is at it. */
export const whileBusy =
  ({ states }: Machine, key: string) =>
  (answer: Readonly<Record<string, { readonly status: string }>>): string | null => {
    const status = answer[key]?.status ?? '';
    return states[status] === 'busy' ? status : null;
  };
