// The URL of a receiver, and the rules that it and its addresses must pass. The rules need no network, so the API has
// them everywhere.
import { isPublic, isWithin, type Range, readAddress } from './addresses.ts';

export interface Target {
  readonly url: URL;
  /** Without brackets: a name, or an address. */
  readonly host: string;
  readonly port: number;
  /** HTTPS on a usual port: that may go to any public address. What else there is may go where an operator allows. */
  readonly isUsual: boolean;
}

const usualPorts: readonly number[] = [443, 8443];

/** The parts of a URL, or why nothing may be sent there. */
export function readTarget(text: string): Target | string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return 'The URL must begin with https:// and name a host.';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'The URL must not have a user or a password in it.';
  if (url.hash !== '') return 'The URL must not have a fragment (#): it would never be sent.';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  return { url, host, port, isUsual: isSecure && usualPorts.includes(port) };
}

/** Why a target whose name has these addresses is refused, or null. One bad address is enough. */
export function refusalOf({ host, url, isUsual }: Target, addresses: readonly string[], allowed: readonly Range[]) {
  const numbers = addresses.map(readAddress);
  if (numbers.length > 0 && numbers.every((one) => one !== null && isWithin(one, allowed))) return null;
  // The same words whether a name has addresses inside or none at all: a name server is not to be asked through us.
  const isFine =
    numbers.length > 0 && numbers.every((one) => one !== null && (isPublic(one) || isWithin(one, allowed)));
  if (!isFine) return `${host} has no address, or one that webhooks may not be sent to.`;
  if (isUsual) return null;
  return url.protocol === 'https:'
    ? `The port must be one of ${usualPorts.join(', ')}.`
    : 'The URL must begin with https://.';
}

/** What can be said of a URL without asking for the addresses of its name: null may still be refused later. */
export function refusalByText(text: string, allowed: readonly Range[]): string | null {
  const target = readTarget(text);
  if (typeof target === 'string') return target;
  if (readAddress(target.host) !== null) return refusalOf(target, [target.host], allowed);
  // A public address stands for those of the name.
  return allowed.length > 0 ? null : refusalOf(target, ['1.1.1.1'], allowed);
}
