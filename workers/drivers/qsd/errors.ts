import { DriverError } from '../../driver.ts';
import { QmpError } from './qmp.ts';

const byWords: readonly (readonly [RegExp, DriverError['failure'], string])[] = [
  [/No space left|Disk quota/, 'no-space', 'The back end has no room left.'],
  [/File too large/, 'fatal', 'The back end cannot hold a volume of this size.'],
  [/Permission denied|Read-only file system/, 'fatal', 'The back end refused the worker.'],
];

/** Every error as a DriverError; what is not known to be harmless is `transient`, its outcome unknown. */
export function failureOf(error: unknown, directory: string): DriverError {
  if (error instanceof DriverError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const [, failure, what] = byWords.find(([words]) => words.test(reason)) ?? [null, 'transient' as const, null];
  const said = error instanceof QmpError ? 'The storage daemon refused.' : 'The back end failed.';
  return new DriverError(failure, `${what ?? said} In ${directory}: ${reason}`, { cause: error });
}
