import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPublic, isWithin, readAddress, readRange } from './addresses.ts';
import { readTarget, refusalByText, refusalOf } from './target.ts';

const inside = [
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '169.254.170.2'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '240.0.0.1'],
  ...['255.255.255.255', '168.63.129.16', '100.100.100.200', '203.0.113.9'],
  ...['::', '::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1', '3fff::1'],
  // The same addresses in other clothes: mapped, compatible, NAT64, 6to4.
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::'],
  ...['::ffff:10.0.0.1', '::ffff:169.254.169.254', '100::1', '5f00::1'],
];
const outside = [
  '1.1.1.1',
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '192.0.1.1',
  '2606:4700::1111',
  '2a00:1450:4001::1',
];

test('addresses inside are refused in every spelling, those of the internet are not', () => {
  for (const one of inside) assert.equal(isPublic(readAddress(one) ?? -1n), false, one);
  for (const one of outside) assert.equal(isPublic(readAddress(one) ?? -1n), true, one);
  // Over IPv6 an IPv4 address of the internet is that address.
  assert.equal(isPublic(readAddress('::ffff:8.8.8.8') ?? -1n), true);
});

test('what is no address has no number', () => {
  const none = [
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1:2',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '12345::',
  ];
  for (const one of none) assert.equal(readAddress(one), null, one);
  for (const one of ['10.0.0.0/33', '::/129', '10.0.0.0/x', '10.0.0.0/8/8', '/8', 'x/8']) {
    assert.equal(readRange(one), null, one);
  }
});

test('a range has its addresses, in any spelling', () => {
  const range = readRange('10.1.0.0/16');
  assert.ok(range);
  for (const one of ['10.1.0.0', '10.1.255.255', '::ffff:10.1.2.3']) {
    assert.ok(isWithin(readAddress(one) ?? -1n, [range]), one);
  }
  for (const one of ['10.0.255.255', '10.2.0.0', '::10.1.2.3']) {
    assert.ok(!isWithin(readAddress(one) ?? -1n, [range]), one);
  }
});

const refused = (url: string, addresses: readonly string[], allow: readonly string[] = []) => {
  const target = readTarget(url);
  return typeof target === 'string'
    ? target
    : refusalOf(
        target,
        addresses,
        allow.flatMap((one) => readRange(one) ?? []),
      );
};

test('a name is refused for one bad address among good ones, and in the same words as a name without any', () => {
  assert.equal(refused('https://a.example/x', ['8.8.8.8', '2606:4700::1111']), null);
  const mixed = refused('https://a.example/x', ['8.8.8.8', '10.0.0.1']);
  assert.match(mixed ?? '', /^a\.example has no address, or one that webhooks may not be sent to\.$/);
  assert.equal(refused('https://a.example/x', []), mixed);
});

test('http and unusual ports are for what an operator allows', () => {
  assert.match(refused('http://a.example/', ['8.8.8.8']) ?? '', /https/);
  assert.match(refused('https://a.example:22/', ['8.8.8.8']) ?? '', /port must be/);
  assert.equal(refused('http://a.example:9/', ['10.0.0.1'], ['10.0.0.0/8']), null);
  assert.match(refused('http://a.example:9/', ['10.0.0.1', '8.8.8.8'], ['10.0.0.0/8']) ?? '', /https/);
});

test('a URL that is none, has a password or another scheme is refused with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['nonsense', /must begin with https/],
    ['ftp://a.example/', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['https://', /must begin with https/],
    ['https://user@a.example/', /user or a password/],
    ['https://user:pass@a.example/', /user or a password/],
    ['https://a.example/#x', /fragment/],
    // Other spellings of 127.0.0.1, which the URL brings into one.
    ...['https://0x7f.1/', 'https://2130706433/', 'https://0177.0.0.1/', 'https://127.1/', 'https://[::1]/'].map(
      (url) => [url, /may not be sent to/] as const,
    ),
    ['https://[::ffff:127.0.0.1]/', /may not be sent to/],
    ['https://169.254.169.254/latest/meta-data', /may not be sent to/],
  ];
  for (const [url, words] of cases) assert.match(refusalByText(url, []) ?? 'not refused', words, url);
  assert.equal(refusalByText('https://receiver.example/hook?x=1', []), null);
});
