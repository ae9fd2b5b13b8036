// Composition root of the API's ports at the edge: adapters that need fetch() and Web Crypto, and nothing from Node.
import { systemClock } from '../infra/clock/system.ts';
import { memoryCounters } from '../infra/counters/memory.ts';
import { webDigests } from '../infra/digests/web.ts';
import { keystoneIdentity } from '../infra/identity/keystone.ts';
import { readJwsKeys } from '../infra/identity/keystone-jws.ts';
import { oidcIdentity } from '../infra/identity/oidc.ts';
import { systemIds } from '../infra/ids/system.ts';
import { embeddedKeys } from '../infra/keys/embedded.ts';
import { lineLog } from '../infra/log/lines.ts';
import { postgresNotices } from '../infra/notices/postgres.ts';
import { aesSecrets } from '../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../infra/secrets/memory.ts';
import type { EdgeSettings } from '../infra/settings/edge.ts';
import { aloneSignals } from '../infra/signals/local.ts';
import type { Ports } from './http/ports.ts';
import { regionPorts } from './main.region.ts';

export async function edgePorts(settings: EdgeSettings): Promise<Ports> {
  const of = settings.identity;
  const clock = systemClock();
  const log = lineLog((line) => console.log(line.trimEnd()), settings.isVerbose ? 'info' : 'warn', clock.now);
  const needs = { clock, log, http: fetch.bind(globalThis) };
  const pem = of.kind === 'keystone' ? settings.jwsPem : null;
  const signed = pem === null ? {} : { jwsKeys: await readJwsKeys(pem) };
  const identity =
    of.kind === 'keystone' ? keystoneIdentity({ ...of, ...needs, ...signed }) : oidcIdentity({ ...of, ...needs });
  const secrets = aesSecrets(memorySealingKeys(settings.secretKeys));
  const region = regionPorts(settings, clock);
  const here = {
    ...{ clock, log, secrets, ids: systemIds(), digests: webDigests() },
    ...{ keys: embeddedKeys(secrets), counters: memoryCounters({ clock }) },
  };
  return { ...region, ...here, identity, notices: postgresNotices({ ...region, clock, signals: aloneSignals() }) };
}
