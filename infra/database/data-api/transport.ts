// How calls reach the RDS Data API: with AWS's own client on Node, or signed by hand where that client is too large.

export type DataApiOperation = 'ExecuteStatement' | 'BeginTransaction' | 'CommitTransaction' | 'RollbackTransaction';

export interface DataApiTransport {
  /**
   * Sends one call, once: whoever sends it again may have its work done twice. Throws DataApiFault when the service has
   * answered with an error, and what the network says when there is no answer.
   */
  call(operation: DataApiOperation, input: Readonly<Record<string, unknown>>): Promise<DataApiAnswer>;
  close(): void;
}

/** One value of a row, under its type: `{ stringValue: 'x' }`, `{ isNull: true }`. */
export type DataApiField = Readonly<Record<string, unknown>>;

/** What is used of the answers. */
export interface DataApiAnswer {
  readonly records?: readonly (readonly DataApiField[])[] | undefined;
  readonly columnMetadata?: readonly { readonly label?: string | undefined }[] | undefined;
  readonly transactionId?: string | undefined;
  readonly transactionStatus?: string | undefined;
}

/** An error that the service answered with, by the name of its exception. */
export class DataApiFault extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/**
 * A statement may take 45 s. Who gives up before the service does would not know that the statement still runs, and
 * would send it again beside itself.
 */
export const callMilliseconds = 60_000;
