import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { freshAgents } from '../../connections/port.ts';
import { callMilliseconds, type DataApiAnswer, DataApiFault, type DataApiTransport } from './transport.ts';

export interface SdkTransportOptions {
  readonly region: string;
  /** Another address than that of the region: an emulator. */
  readonly endpoint: string | null;
}

const commands = {
  ExecuteStatement: ExecuteStatementCommand,
  BeginTransaction: BeginTransactionCommand,
  CommitTransaction: CommitTransactionCommand,
  RollbackTransaction: RollbackTransactionCommand,
} as const;

/**
 * AWS's own client, which finds credentials wherever AWS keeps them, and never sends a call a second time by itself.
 */
export function sdkTransport({ region, endpoint }: SdkTransportOptions): DataApiTransport {
  const agents = freshAgents();
  const client = new RDSDataClient({
    ...(endpoint === null ? {} : { endpoint }),
    region,
    maxAttempts: 1,
    requestHandler: { httpAgent: agents.http, httpsAgent: agents.https, connectionTimeout: 5000 },
  });
  return {
    async call(operation, input) {
      // The edge: the operation tells the inputs of the four apart, which the compiler cannot follow.
      const command = new (commands[operation] as typeof ExecuteStatementCommand)(input as never);
      agents.sweep();
      try {
        const answer = await client.send(command, { abortSignal: AbortSignal.timeout(callMilliseconds) });
        return answer as DataApiAnswer;
      } catch (error) {
        throw faultOf(error);
      }
    },
    close: () => client.destroy(),
  };
}

interface SdkFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

/** Its errors carry the status of the answer; what has none did not come from the service. */
function faultOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const failure: SdkFailure = error;
  const status = failure.$metadata?.httpStatusCode ?? failure.$response?.statusCode;
  return status === undefined ? error : new DataApiFault(failure.name, failure.message, status);
}
