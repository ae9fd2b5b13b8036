// What a verb of the command line is, and what it is given.

/** Exit codes: what a script can act on. */
export const exit = {
  ok: 0,
  /** Something went wrong while doing it. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** What it needs is held by somebody else or not there: mend that and run it again. */
  blocked: 3,
} as const;

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the command was started in. */
  readonly folder: string;
  readonly json: boolean;
  /** What stands behind the verb, where the verb takes any. */
  readonly words: readonly string[];
  /** The verb's own options with their values, by name without dashes. */
  readonly options: Readonly<Record<string, string>>;
  /** Writes one line for people; with --json to standard error, so that standard output is data alone. */
  say(line: string): void;
  /** Writes data: as JSON with --json, else as given. */
  data(value: unknown, text: string): void;
  bold(text: string): string;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** What --help says of it. */
  readonly help: string;
  /** How many words may follow it, and which options of its own it has. Absent: none. */
  readonly takes?: {
    readonly words: number;
    readonly options: readonly string[];
    /** Options without a value; those that are given are in `options` with an empty one. */
    readonly flags?: readonly string[];
  };
  run(context: Context): Promise<number>;
}

/** An error whose message says what happened, why, and what to do next. */
export class CommandError extends Error {
  readonly code: number;

  constructor(message: string, code: number = exit.failed) {
    super(message);
    this.code = code;
  }
}
