// Composition root of what the edge asks of the region, over HTTPS: the database, and the queue that it sends to.
import type { Clock } from '../infra/clock/port.ts';
import { signedTransport } from '../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../infra/database/data-api.ts';
import type { EdgeSettings } from '../infra/edge/variables.ts';
import { retrying } from '../infra/queue/sqs-calls.ts';
import { fetchCalls } from '../infra/queue/sqs-fetch.ts';
import { sqsLines } from '../infra/queue/sqs-lines.ts';
import { sqsSender } from '../infra/queue/sqs-send.ts';

export function regionPorts(settings: EdgeSettings, clock: Clock) {
  const { region, credentials, endpoints, queuePrefix: prefix } = settings;
  const { name: database, ...arns } = settings.database;
  const needs = { clock, http: fetch.bind(globalThis) };
  const transport = signedTransport({ region, endpoint: endpoints.database, http: needs.http, credentials });
  const call = retrying(fetchCalls({ region, endpoint: endpoints.queue, ...credentials }, needs), clock);
  return {
    database: dataApiDatabase({ ...arns, database, transport, clock }),
    // Queues are made by the deployment: a missing one is an error.
    queue: sqsSender(call, sqsLines(call, { prefix, creates: false }), clock),
  };
}
