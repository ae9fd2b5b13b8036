// The bucket of backups. Workers write it; the API never touches it.
//
// Cost: 0.023 dollars a month and GB, then 0.0125 after 30 days; 0.005 a thousand chunks written.
import type { Plan } from '../stage/stack.ts';

export type ObjectStack = ReturnType<typeof objectStack>;

export function objectStack(plan: Plan) {
  const bucket = new sst.aws.Bucket('Backups', {
    enforceHttps: true,
    // What somebody deletes by mistake can be had back for a month.
    versioning: plan.isKept,
    transform: {
      bucket: (args) => {
        args.forceDestroy = !plan.isKept;
      },
    },
  });
  new aws.s3.BucketLifecycleConfiguration('BackupsAge', {
    bucket: bucket.name,
    rules: [
      {
        id: 'old-versions-and-halves',
        status: 'Enabled',
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
      {
        id: 'colder-after-a-month',
        status: 'Enabled',
        filter: {},
        transitions: [{ days: 30, storageClass: 'STANDARD_IA' }],
      },
    ],
  });
  return bucket;
}
