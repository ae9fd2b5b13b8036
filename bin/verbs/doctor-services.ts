// The checks of doctor for other services: whether they answer, and let us in.
import { systemClock } from '../../infra/clock/system.ts';
import { isThere } from '../../infra/http/port.ts';
import { serviceSessions } from '../../infra/identity/node.ts';
import { SignInRefused } from '../../infra/identity/port.ts';
import { silentLog } from '../../infra/log/lines.ts';
import type { Settings } from '../settings.ts';
import type { Check } from './doctor.ts';

type Asked = Pick<Settings, 'identity' | 'compute' | 'imageUrl' | 'keys'>;

/** One check for each service that the settings name. */
export async function services({ identity, compute, imageUrl, keys }: Asked): Promise<Check[]> {
  const session = serviceSessions({ http: fetch, clock: systemClock(), log: silentLog });
  const checks: Promise<Check>[] = [];
  if (identity?.kind === 'keystone') {
    const signIn = async () => void (await session(identity.url, identity.user).token());
    checks.push(check('keystone', identity.url, signIn, 'SCORIA_KEYSTONE_USER and SCORIA_KEYSTONE_PASSWORD'));
  }
  if (compute !== null) {
    const { url, identityUrl, user } = compute;
    const ask = async () => {
      await isThere(fetch, `${url}/`);
      // With the embedded Keystone there is no password that could be wrong.
      if (identityUrl !== null) await session(identityUrl, user).token();
    };
    checks.push(check('nova', url, ask, 'SCORIA_NOVA_USER and SCORIA_NOVA_PASSWORD'));
  }
  if (imageUrl !== null) checks.push(check('glance', imageUrl, () => isThere(fetch, imageUrl), 'SCORIA_GLANCE_URL'));
  if (keys.kind === 'barbican') {
    checks.push(check('barbican', keys.url, () => isThere(fetch, keys.url), 'SCORIA_BARBICAN_URL'));
  }
  return Promise.all(checks);
}

async function check(name: string, url: string, ask: () => Promise<void>, settings: string): Promise<Check> {
  try {
    await ask();
    return { name, isFine: true, says: `${url} answers` };
  } catch (error) {
    if (error instanceof SignInRefused) return { name, isFine: false, says: `${error.message}: look at ${settings}` };
    const reason = error instanceof Error ? error.message : String(error);
    return { name, isFine: false, says: `${url} cannot be reached (${reason}): start it, or correct its URL` };
  }
}
