export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging: the name of an event and its fields. Never a secret, never a whole body. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Changes the level while the process runs; absent where that is impossible. */
  readonly level?: { get(): LogLevel; set(level: LogLevel): void };
}
