// Composition root of the API's ports on AWS: everything is reached over HTTPS, with the credentials of the function.
import { systemClock } from '../infra/clock/system.ts';
import { sharedCounters } from '../infra/counters/shared.ts';
import { dataApiPlace } from '../infra/database/data-api/place.ts';
import { signedTransport } from '../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../infra/database/data-api.ts';
import { webDigests } from '../infra/digests/web.ts';
import { asAgent } from '../infra/http/agent.ts';
import { freshHttp } from '../infra/http/fresh.ts';
import { systemIds } from '../infra/ids/system.ts';
import { lineLog } from '../infra/log/lines.ts';
import { askingNotices } from '../infra/notices/asking.ts';
import { functionSender } from '../infra/queue/functions.ts';
import { aesSecrets } from '../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../infra/secrets/memory.ts';
import type { AwsSettings } from '../infra/settings/aws.ts';
import { awsServices } from './main.asked.ts';

/** `left`: milliseconds that the request being answered may still take. Nothing waits longer. */
export async function awsPorts({ url, credentials, identity, ...of }: Omit<AwsSettings, 'api'>, left: () => number) {
  const clock = systemClock();
  const log = lineLog((line) => process.stdout.write(line), of.logLevel, clock.now);
  const [place, aws] = [dataApiPlace(url), freshHttp()];
  const transport = signedTransport({ ...place, credentials, http: aws });
  const database = dataApiDatabase({ ...place, transport, clock, resumeSeconds: () => left() / 1000 });
  const common = {
    database,
    clock,
    ids: systemIds(),
    digests: webDigests(),
    log,
    secrets: aesSecrets(memorySealingKeys(of.secretKeys)),
  };
  const needs = { clock, log, http: asAgent(fetch, 'scoria') };
  const queue = functionSender({ ...of, credentials }, { http: aws, clock });
  const shared = { queue, notices: askingNotices({ database, clock, left }), counters: sharedCounters(common) };
  return { ...common, ...shared, ...(await awsServices({ ...of, identity }, { ...needs, secrets: common.secrets })) };
}
