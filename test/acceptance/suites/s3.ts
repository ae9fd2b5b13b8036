// Backups in a bucket of a real S3 server: Ceph's RADOS gateway.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { listed, objectsContract } from '../../../infra/objects/objects.contract.ts';
import { ObjectsError } from '../../../infra/objects/port.ts';
import { s3Objects } from '../../../infra/objects/s3.ts';
import { startGateway } from '../radosgw.ts';

const gateway = await startGateway();
after(gateway.stop);
process.env.AWS_ACCESS_KEY_ID = gateway.accessKey;
process.env.AWS_SECRET_ACCESS_KEY = gateway.secretKey;

const client = new S3Client({ endpoint: gateway.url, region: 'us-east-1', forcePathStyle: true });
await client.send(new CreateBucketCommand({ Bucket: 'backups' }));

const options = {
  bucket: 'backups',
  prefix: 'contract',
  region: null,
  endpoint: gateway.url,
  isPathStyle: true,
  encryption: null,
  kmsKey: null,
} as const;

objectsContract('radosgw', () => s3Objects(options));

test('a bucket that is not there, and keys that are wrong, are refused with their names', async () => {
  const absent = s3Objects({ ...options, bucket: 'nowhere' });
  const said = (name: RegExp) => (error: unknown) =>
    error instanceof ObjectsError && error.failure === 'refused' && name.test(error.message);
  await assert.rejects(absent.put('a', new Uint8Array(1)), said(/NoSuchBucket, 404/));
  await assert.rejects(absent.get('a'), said(/NoSuchBucket, 404/));
  await assert.rejects(listed(absent, 'a'), said(/NoSuchBucket, 404/));
  process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
  const stranger = s3Objects(options);
  await assert.rejects(stranger.put('a', new Uint8Array(1)), said(/SignatureDoesNotMatch, 403/));
  await assert.rejects(stranger.get('a'), said(/SignatureDoesNotMatch, 403/));
  process.env.AWS_SECRET_ACCESS_KEY = gateway.secretKey;
});
