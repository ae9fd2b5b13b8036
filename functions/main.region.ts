// Composition root of what the edge reaches in the region over HTTPS: the database, and the queue that it sends to.
import type { Clock } from '../infra/clock/port.ts';
import { signedTransport } from '../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../infra/database/data-api.ts';
import { functionSender } from '../infra/queue/functions.ts';
import type { EdgeSettings } from '../infra/settings/edge.ts';

export function regionPorts({ place, credentials, queuePlace }: EdgeSettings, clock: Clock) {
  const needs = { clock, http: fetch.bind(globalThis) };
  const transport = signedTransport({ ...place, credentials, http: needs.http });
  return {
    database: dataApiDatabase({ ...place, transport, clock }),
    queue: functionSender({ queuePlace, credentials }, needs),
  };
}
