// IP addresses as sockets and proxies write them.

/**
 * The key under which rate limits count an address; null when it is not an address. IPv4 by the whole address, even
 * when wrapped in IPv6. IPv6 by its first 64 bits, because one host can choose the rest freely. A port, brackets and
 * a zone are ignored.
 */
export function clientOf(text: string): string | null {
  const host = hostOf(text.trim());
  if (isIpv4(host)) return host;
  const groups = groupsOf(host);
  if (groups === null) return null;
  return ipv4In(groups) ?? `${groups.slice(0, 4).map(hexadecimal).join(':')}::/64`;
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const isIpv4 = (text: string) => ipv4.test(text);

/** Without port, brackets and zone: `192.0.2.1:80`, `[2001:db8::1]:80`, `fe80::1%eth0`. */
function hostOf(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  const host = bracketed ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return host.includes(':') ? host.replace(/%[\w.-]+$/, '') : host;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(text: string): number[] | null {
  if (text.length > 45) return null;
  const halves = inHexadecimal(text).split('::');
  if (halves.length > 2) return null;
  const [head = [], tail] = halves.map(partsOf);
  if (head === null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const left = 8 - head.length - tail.length;
  return left < 1 ? null : [...head, ...Array<number>(left).fill(0), ...tail];
}

/** Rewrites an IPv4 address at the end as two groups like the others: `::ffff:192.0.2.1`. */
function inHexadecimal(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const end = text.slice(at);
  if (at === 0 || !isIpv4(end)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = end.split('.').map(Number);
  return `${text.slice(0, at)}${hexadecimal(a * 256 + b)}:${hexadecimal(c * 256 + d)}`;
}

function partsOf(text: string): number[] | null {
  const parts = text === '' ? [] : text.split(':');
  return parts.every((part) => /^[\da-f]{1,4}$/i.test(part)) ? parts.map((part) => Number.parseInt(part, 16)) : null;
}

/** The prefix of an IPv4 address in IPv6: as sockets write it (RFC 4291), and as translators do (RFC 6052). */
const wrappings = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

function ipv4In(groups: readonly number[]): string | null {
  if (!wrappings.includes(groups.slice(0, 6).map(hexadecimal).join(':'))) return null;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

const hexadecimal = (group: number) => group.toString(16);
