// Composition root of the workers on AWS Lambda: the scheduler, on its queue; the sweeper and the reports, by a
// schedule.
import { awsPorts } from '../functions/main.aws.ts';
import { freshHttp } from '../infra/http/fresh.ts';
import { functionQueue } from '../infra/queue/functions.ts';
import { readAwsSettings } from '../infra/settings/aws.ts';
import { SettingsError } from '../infra/settings/environment.ts';
import { readRetention } from '../infra/settings/retention.ts';
import { functionWorker, type Invocation } from './function.ts';

const { queuePlace, ...settings } = readAwsSettings(process.env);
if (queuePlace === null) throw new SettingsError('SCORIA_QUEUE must be sqs for workers on AWS.');

/** A statement may wait for a database that is waking up, but not longer than the invocation has left. */
let left = () => 0;
const ports = await awsPorts({ ...settings, queuePlace }, () => left());
const queue = functionQueue({ queuePlace, credentials: settings.credentials }, { ...ports, http: freshHttp() });
const work = functionWorker(
  { ...ports, queue },
  {
    host: process.env.SCORIA_WORKER_HOST || 'functions',
    zone: settings.api.defaultAvailabilityZone,
    // Drivers run next to their storage: scoria worker.
    backends: new Map(),
    retention: readRetention(process.env, false),
    dispatcher: settings.webhooks,
  },
);

export const handler = (event: unknown, invocation: Invocation) => {
  left = () => invocation.getRemainingTimeInMillis();
  return work(event, invocation);
};
