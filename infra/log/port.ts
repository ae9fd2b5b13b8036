export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging: an event's name and its fields. Never a secret, never a whole body. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** What is written down, while the process runs; absent where that cannot change. */
  readonly level?: { get(): LogLevel; set(level: LogLevel): void };
}
