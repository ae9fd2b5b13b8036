// Objects in a bucket of S3, or of a server that speaks it.
import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { assertObjectKey, isObjectKey, type Objects } from './port.ts';
import { toObjectsError } from './s3-errors.ts';

export interface S3Options {
  readonly bucket: string;
  /** Whole segments that every key begins with, so that a bucket may hold other things too; empty: none. */
  readonly prefix: string;
  /** Null: what the SDK finds (AWS_REGION, a profile). */
  readonly region: string | null;
  /** Null: AWS. */
  readonly endpoint: string | null;
  /** The bucket in the path and not in the host's name, as most servers but AWS want it. */
  readonly isPathStyle: boolean;
  /** How the server encrypts what it keeps; null: as the bucket says. */
  readonly encryption: 'AES256' | 'aws:kms' | null;
  /** The key of `aws:kms`; null: the account's own. */
  readonly kmsKey: string | null;
}

/** Times a request is tried, 0.1 to a few seconds apart; after that the worker tries the whole work again. */
const maxAttempts = 4;
const connectMilliseconds = 5_000;
/** Silence of this long is an error: 4 MiB in 60 s are 70 KB/s. */
const silenceMilliseconds = 60_000;

type Sdk = typeof import('@aws-sdk/client-s3');

/**
 * Objects below `prefix` of the bucket, which has to be there. `agent` (`scoria/1.0`) says in each request who asks.
 * The SDK is loaded at the first use: 90 ms, 25 MiB.
 */
export function s3Objects(options: S3Options, agent: string | null = null): Objects {
  let opened: Promise<{ sdk: Sdk; client: S3Client }> | null = null;
  const open = () => {
    opened ??= import('@aws-sdk/client-s3').then((sdk) => ({
      sdk,
      client: new sdk.S3Client(configOf(options, agent)),
    }));
    return opened;
  };
  const { bucket: Bucket } = options;
  const start = options.prefix === '' ? '' : `${options.prefix}/`;
  const nameOf = (key: string) => {
    assertObjectKey(key);
    return `${start}${key}`;
  };
  return {
    put: (key, bytes) =>
      explained(options, async () => {
        const Key = nameOf(key);
        const { sdk, client } = await open();
        // Every server compares this checksum; those that the SDK would add, some refuse and some ignore.
        const ContentMD5 = createHash('md5').update(bytes).digest('base64');
        await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: bytes, ContentMD5, ...encryptionOf(options) }));
      }),
    get: (key) =>
      explained(options, async () => {
        const Key = nameOf(key);
        const { sdk, client } = await open();
        try {
          const object = await client.send(new sdk.GetObjectCommand({ Bucket, Key }));
          return (await object.Body?.transformToByteArray()) ?? new Uint8Array();
        } catch (error) {
          if (error instanceof sdk.NoSuchKey) return null;
          throw error;
        }
      }),
    delete: (key) =>
      explained(options, async () => {
        const Key = nameOf(key);
        const { sdk, client } = await open();
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
      }),
    async *list(prefix) {
      assertObjectKey(prefix);
      for (let token: string | undefined | null = null; token !== undefined; ) {
        const page = await explained(options, async () => {
          const { sdk, client } = await open();
          const next = token == null ? {} : { ContinuationToken: token };
          return client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: `${start}${prefix}/`, ...next }));
        });
        // What somebody else has put there under a name that we would not give is not ours.
        const keys = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(start.length));
        yield* keys.filter(isObjectKey);
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      }
    },
  };
}

function configOf({ region, endpoint, isPathStyle }: S3Options, agent: string | null): S3ClientConfig {
  return {
    // After the SDK's own words, as S3 logs want them.
    ...(agent === null ? {} : { customUserAgent: agent }),
    // Other servers take any region, but the SDK signs none without.
    ...(region !== null ? { region } : endpoint !== null ? { region: 'us-east-1' } : {}),
    // Only our own setting names another server, for it is what refuses plain http.
    ...(endpoint !== null ? { endpoint } : { ignoreConfiguredEndpointUrls: true }),
    forcePathStyle: isPathStyle,
    maxAttempts,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      requestTimeout: silenceMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMilliseconds,
    },
  };
}

function encryptionOf({ encryption, kmsKey }: S3Options) {
  if (encryption === null) return {};
  return { ServerSideEncryption: encryption, ...(kmsKey === null ? {} : { SSEKMSKeyId: kmsKey }) };
}

async function explained<T>({ bucket }: S3Options, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toObjectsError(bucket, error);
  }
}
