// IP addresses as numbers of 128 bits, an IPv4 address as the IPv6 address that is mapped to it (::ffff:a.b.c.d), so
// that no other spelling of an address passes a rule.

export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

const mapped = 0xffff_0000_0000n;

function readV4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** The groups of 16 bits of one side of `::`. */
function groupsOf(text: string): bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const v4 = readV4(parts.at(-1) ?? '');
  const words = v4 === null ? parts : parts.slice(0, -1);
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
  const groups = words.map((word) => BigInt(`0x${word}`));
  return v4 === null ? groups : [...groups, v4 >> 16n, v4 & 0xffffn];
}

/** The number of an address; null for what is none. Brackets may stand around an IPv6 address. */
export function readAddress(text: string): bigint | null {
  const v4 = readV4(text);
  if (v4 !== null) return mapped + v4;
  const sides = text.replace(/^\[(.*)\]$/, '$1').split('::');
  const [before, after] = [groupsOf(sides[0] ?? ''), groupsOf(sides[1] ?? '')];
  if (sides.length > 2 || before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (sides.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((sum, group) => (sum << 16n) + group, 0n);
}

/** The range of `10.0.0.0/8`, `fd00::/8` or of one address; null for what is none. */
export function readRange(text: string): Range | null {
  const [address = '', length, ...rest] = text.trim().split('/');
  const number = readAddress(address);
  const bits = address.includes(':') ? 128 : 32;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : 129;
  if (number === null || prefix > bits || rest.length > 0) return null;
  const size = 1n << BigInt(bits - prefix);
  const first = number - (number % size);
  return { first, last: first + size - 1n };
}

const ranges = (...texts: readonly string[]): readonly Range[] => texts.flatMap((text) => readRange(text) ?? []);

export const isWithin = (address: bigint, all: readonly Range[]) =>
  all.some(({ first, last }) => address >= first && address <= last);

/** Everything but these is somebody's own, a service of a cloud, a way round, or nobody's. */
const global = ranges('0.0.0.0/0', '2000::/3');

const refused = ranges(
  '0.0.0.0/8', // this host
  '10.0.0.0/8',
  '100.64.0.0/10', // behind a provider's NAT
  '127.0.0.0/8',
  '168.63.129.16', // Azure's own, in a public range
  '169.254.0.0/16', // link-local, and where clouds tell secrets
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // multicast, reserved, broadcast
  '2001::/23', // Teredo and others that lead elsewhere
  '2001:db8::/32',
  '2002::/16', // 6to4
  '3fff::/20',
);

/** Whether an address is one of the public internet, where everybody may send to. NAT64 and its like are not. */
export const isPublic = (address: bigint) => isWithin(address, global) && !isWithin(address, refused);
