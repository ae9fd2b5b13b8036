// Errors of S3 in the words of the port.
import { ObjectsError, type ObjectsFailure } from './port.ts';

/** What its server says when there is no room, each in its own way. */
const fullNames = new Set(['QuotaExceeded', 'InsufficientStorage', 'StorageFull', 'XMinioStorageFull']);

/** Refusals that end by themselves: credentials that are renewed, a request that met another one. */
const passingNames = new Set(['ExpiredToken', 'RequestTimeout', 'OperationAborted', 'SlowDown', 'InternalError']);

/** What no time mends: nobody gave us credentials, or a region. */
const settingNames = new Set(['CredentialsProviderError', 'Region is missing', 'InvalidBucketName']);

const sentences: Readonly<Record<ObjectsFailure, string>> = {
  'no-space': 'The store of backups has no room left.',
  refused: 'The store of backups refused the request.',
  unavailable: 'The store of backups failed.',
};

/**
 * What an error of the SDK means for the work. Of the error only its name and status are kept: its other fields quote
 * the request, with the name of the key that signed it.
 */
export function toObjectsError(bucket: string, error: unknown): ObjectsError {
  if (error instanceof ObjectsError) return error;
  const { name, status } = factsOf(error);
  const failure = failureOf(name, status);
  const what = status === null ? name : `${name}, ${status}`;
  return new ObjectsError(failure, `${sentences[failure]} Look at the bucket ${bucket} (${what}).`);
}

function failureOf(name: string, status: number | null): ObjectsFailure {
  if (fullNames.has(name) || status === 507) return 'no-space';
  if (passingNames.has(name)) return 'unavailable';
  if (settingNames.has(name)) return 'refused';
  const isOurs = status !== null && status >= 300 && status < 500 && status !== 408 && status !== 429;
  return isOurs ? 'refused' : 'unavailable';
}

interface Facts {
  readonly name: string;
  readonly status: number | null;
}

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: 'unknown', status: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const known =
    error.name === 'Error' ? (code ?? (settingNames.has(error.message) ? error.message : 'Error')) : error.name;
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number } | undefined) : undefined; // the SDK's
  return { name: known, status: metadata?.httpStatusCode ?? null };
}
