// How a piece of work ends: done, surely not done, or unknown.
import type { MessageActionName, MessageDetailName } from '../schema/codes.ts';
import { DriverError, type DriverFailure } from './driver.ts';
import type { Explanation } from './scheduler/decide.ts';

/** Surely not done: the resource takes its fail edge, with a user message that says why. */
export interface Failed {
  readonly outcome: 'failed';
  readonly cause: string;
  readonly detail: MessageDetailName;
  /** The back end was only busy: the resource returns to its previous state. */
  readonly isBusy: boolean;
  /** What was being done, if that differs from what the kind is called. */
  readonly action?: MessageActionName;
  readonly explanation?: Explanation;
}

/** Nobody can tell whether it was done: the same work is tried again with the same id. */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly cause: string;
  /** Another service could not be reached: it gets the time of a restart. */
  readonly isPatient?: true;
  /** What the user is told if the last try ends like this. */
  readonly detail?: MessageDetailName;
  readonly action?: MessageActionName;
}

const details: Readonly<Partial<Record<DriverFailure, MessageDetailName>>> = { 'no-space': 'noSpace' };

/**
 * A problem outside the back end: an image or its service, the user's token, a server. It carries its own text for
 * the user where that of the kind of work does not fit.
 */
export class WorkError extends Error {
  /** Whether the same work may still succeed later. */
  readonly isPassing: boolean;
  readonly detail: MessageDetailName | undefined;
  readonly action: MessageActionName | undefined;

  constructor(
    message: string,
    meaning: { isPassing: boolean; detail?: MessageDetailName; action?: MessageActionName },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'WorkError';
    this.isPassing = meaning.isPassing;
    this.detail = meaning.detail;
    this.action = meaning.action;
  }
}

/** What an error of a driver means for the work. An error that no driver should throw leaves the outcome unknown. */
export function outcomeOf(error: unknown, detail: MessageDetailName): Failed | Unknown {
  const cause = error instanceof Error ? error.message : String(error);
  if (error instanceof WorkError) {
    const meaning = { cause, detail: error.detail ?? detail, ...(error.action && { action: error.action }) };
    return error.isPassing
      ? { outcome: 'unknown', isPatient: true, ...meaning }
      : { outcome: 'failed', isBusy: false, ...meaning };
  }
  if (!(error instanceof DriverError) || error.failure === 'transient') return { outcome: 'unknown', cause };
  return { outcome: 'failed', cause, detail: details[error.failure] ?? detail, isBusy: error.failure === 'busy' };
}
