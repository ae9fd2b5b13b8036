// SQS through fetch(), for the edge and for functions that must start quickly: 20 KB where the SDK has 450. Requests
// are signed here, with credentials that are given: who needs those of a profile or a machine takes the SDK.
import type { Clock } from '../clock/port.ts';
import { type Http, readAnswer } from '../http/port.ts';
import { signer } from '../signature/port.ts';
import { type SqsActions, type SqsCall, SqsError } from './sqs-calls.ts';

export interface SqsFetchOptions {
  readonly region: string;
  /** A server that speaks SQS; null: AWS. */
  readonly endpoint?: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | null;
}

interface Needs {
  readonly http: Http;
  readonly clock: Pick<Clock, 'now'>;
}

/** A receive waits for 20 s. */
const silenceMilliseconds = 30_000;
/** Ten messages of ours have 3 KB, and the largest that SQS takes 1 MiB together. */
const largestBytes = 2 * 1024 * 1024;

/** Calls by fetch(), each once: see retrying(). */
export function fetchCalls({ region, endpoint, ...given }: SqsFetchOptions, { http, clock }: Needs): SqsCall {
  const sign = signer({ ...given, service: 'sqs', region });
  const url = endpoint ?? `https://sqs.${region}.amazonaws.com/`;

  const ask = async (action: keyof SqsActions, request: object, signal: AbortSignal): Promise<Response> => {
    const body = JSON.stringify(request);
    const own = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${action}` };
    const headers = await sign(url, own, body, clock.now());
    return http(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  };

  const call = async (action: keyof SqsActions, request: object, signal?: AbortSignal): Promise<unknown> => {
    const silence = AbortSignal.timeout(silenceMilliseconds);
    const end = signal === undefined ? silence : AbortSignal.any([signal, silence]);
    let status: number | null = null;
    try {
      const response = await ask(action, request, end);
      status = response.status;
      const text = new TextDecoder().decode(await readAnswer(response, largestBytes));
      if (status === 200) return text === '' ? {} : JSON.parse(text);
      throw new SqsError(action, codeOf(text) ?? 'unknown', status);
    } catch (error) {
      if (error instanceof SqsError) throw error;
      if (signal?.aborted) throw new SqsError(action, 'AbortError', null, { cause: error });
      throw new SqsError(action, error instanceof Error ? error.name : 'unknown', status, { cause: error });
    }
  };
  return call as SqsCall; // the results are SQS's
}

/** Of `{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}` what stands after the "#". */
const codeOf = (text: string) => /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(text)?.[1];
