// The keys of an issuer, where Lambda can read them and nobody can write: an object of a private bucket, by a signed URL
// that is over in six hours.
import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  waitUntilBucketExists,
} from '@aws-sdk/client-s3';
import { AwsClient } from 'aws4fetch';

const validSeconds = 6 * 3600;
const key = 'jwks.json';

export interface Published {
  readonly url: string;
  remove(): Promise<void>;
}

export async function publish(text: string, region: string): Promise<Published> {
  const client = new S3Client({ region });
  const bucket = `scoria-acceptance-${randomUUID()}`;
  // us-east-1 is where a bucket is that names no region, and it may not be named.
  const where =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...where }));
  const remove = async () => {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    client.destroy();
  };
  try {
    await waitUntilBucketExists({ client, maxWaitTime: 60 }, { Bucket: bucket });
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }));
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    const signing = new AwsClient({
      ...{ accessKeyId, secretAccessKey, service: 's3', region },
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
    const address = `https://${bucket}.s3.${region}.amazonaws.com/${key}?X-Amz-Expires=${validSeconds}`;
    const signed = await signing.sign(address, { aws: { signQuery: true } });
    return { url: signed.url, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
