// Settings of how often a client may send requests.
import { defaultLimits, type LimitSettings } from '../../functions/http/limits.ts';
import { type Environment, number, wrong } from './environment.ts';

export type RateSettings = Pick<LimitSettings, 'ratePerProject' | 'ratePerAddress' | 'rateStatus'>;

/** Reads the variables. Throws a SettingsError that names the wrong one. */
export function readRates(env: Environment): RateSettings {
  const rateStatus = number(env, 'SCORIA_RATE_STATUS', defaultLimits.rateStatus, 413, 429);
  if (rateStatus !== 413 && rateStatus !== 429) throw wrong('SCORIA_RATE_STATUS', 'must be 413 or 429');
  return {
    ratePerProject: rate(env, 'SCORIA_RATE_PER_PROJECT'),
    ratePerAddress: rate(env, 'SCORIA_RATE_PER_ADDRESS'),
    rateStatus,
  };
}

/** `50`, or `50:200`; without a burst, one second's worth. */
function rate(env: Environment, name: string): LimitSettings['ratePerProject'] {
  const text = env[name] ?? '';
  if (text === '' || text === '0') return null;
  const found = /^(\d{1,6}(?:\.\d{1,3})?)(?::(\d{1,6}))?$/.exec(text);
  const perSecond = Number(found?.[1]);
  const burst = found?.[2] === undefined ? Math.max(1, Math.ceil(perSecond)) : Number(found[2]);
  if (found === null || perSecond === 0 || burst === 0) {
    throw wrong(name, 'must be requests a second, or those and a burst with a colon between, such as 50:200');
  }
  return { perSecond, burst };
}
