// SQS through its own SDK: credentials of a profile, a role, a machine or a container, as every tool of AWS finds them.
import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { type SqsActions, type SqsCall, SqsError } from './sqs-calls.ts';

export interface SqsPlace {
  /** Null: what the SDK finds (AWS_REGION, a profile). */
  readonly region: string | null;
  /** A server that speaks SQS; null: AWS. */
  readonly endpoint: string | null;
}

const connectMilliseconds = 5_000;
/** A receive waits for 20 s, so nothing that is alive is silent for longer. */
const silenceMilliseconds = 30_000;
/** Each queue of a process has a connection on which it waits. */
const mostConnections = 512;

type Sdk = typeof import('@aws-sdk/client-sqs');
type CommandOf = new (request: object) => Parameters<SQSClient['send']>[0];

/** Calls through the SDK, each once: see retrying(). The SDK is loaded at the first one. */
export function sdkCalls(place: SqsPlace): SqsCall & { close(): Promise<void> } {
  let opened: Promise<{ sdk: Sdk; client: SQSClient }> | null = null;
  const open = () => {
    opened ??= import('@aws-sdk/client-sqs').then((sdk) => ({ sdk, client: new sdk.SQSClient(configOf(place)) }));
    return opened;
  };
  const call = async (action: keyof SqsActions, request: object, signal?: AbortSignal): Promise<unknown> => {
    try {
      const { sdk, client } = await open();
      const options = signal === undefined ? {} : { abortSignal: signal };
      const Command = sdk[`${action}Command`] as CommandOf; // every action is a command of the same name
      return await client.send(new Command(request), options);
    } catch (error) {
      throw toSqsError(action, error);
    }
  };
  return Object.assign(call as SqsCall, {
    async close() {
      if (opened !== null) (await opened).client.destroy();
    },
  });
}

function configOf({ region, endpoint }: SqsPlace): SQSClientConfig {
  return {
    // Other servers take any region, but the SDK signs none without.
    ...(region !== null ? { region } : endpoint !== null ? { region: 'us-east-1' } : {}),
    ...(endpoint !== null ? { endpoint } : { ignoreConfiguredEndpointUrls: true }),
    // Other servers name themselves in the URLs of queues as nobody can reach them.
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      requestTimeout: silenceMilliseconds,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: mostConnections },
      httpAgent: { maxSockets: mostConnections },
    },
  };
}

function toSqsError(action: string, error: unknown): SqsError {
  if (!(error instanceof Error)) return new SqsError(action, 'unknown', null);
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number } | undefined) : undefined; // the SDK's
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const name = error.name === 'Error' ? (code ?? error.message.slice(0, 80)) : error.name;
  return new SqsError(action, name, metadata?.httpStatusCode ?? null, { cause: error });
}
