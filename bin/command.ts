// What a verb of the command line is, and what it receives.

/** Exit codes: what a script can act on. */
export const exit = {
  ok: 0,
  /** Something went wrong while doing it. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Something that it needs is missing or in use by somebody else: fix that and run it again. */
  blocked: 3,
} as const;

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder in which the command was started. */
  readonly folder: string;
  readonly json: boolean;
  /** The words after the verb, if the verb takes any. */
  readonly words: readonly string[];
  /** The verb's own options and their values, by name without dashes. */
  readonly options: Readonly<Record<string, string>>;
  /** Writes one line for people; with --json to standard error, so that standard output contains only data. */
  say(line: string): void;
  /** Writes data: as JSON with --json, else as it is. */
  data(value: unknown, text: string): void;
  bold(text: string): string;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Its line in --help. */
  readonly help: string;
  /** How many words may follow it, and its own options. Absent: none. */
  readonly takes?: {
    readonly words: number;
    readonly options: readonly string[];
    /** Options without a value; when given, they are in `options` with an empty value. */
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
