import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientOf } from './address.ts';

test('an address is one key, however a proxy or a socket writes it', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    '192.0.2.1': [
      '192.0.2.1',
      ' 192.0.2.1 ',
      '192.0.2.1:5678',
      '192.0.2.1:1',
      '::ffff:192.0.2.1',
      '::FFFF:c000:201',
      '0:0:0:0:0:ffff:192.0.2.1',
      '[::ffff:192.0.2.1]:443',
      '64:ff9b::192.0.2.1',
    ],
    '2001:db8:1:2::/64': [
      '2001:db8:1:2::1',
      '2001:db8:1:2::',
      '2001:DB8:0001:0002:aaaa:bbbb:cccc:dddd',
      '[2001:db8:1:2::9]',
      '[2001:db8:1:2::9]:65535',
      '2001:db8:1:2::1%eth0',
    ],
    '2001:db8:1:3::/64': ['2001:db8:1:3::1'],
    '0:0:0:0::/64': ['::1', '[::1]:5', '::'],
    'fe80:0:0:0::/64': ['fe80::1%eth0', 'fe80::1'],
  };
  for (const [key, all] of Object.entries(table)) {
    for (const one of all) assert.equal(clientOf(one), key, one);
  }
});

test('what is no address is no key', () => {
  const junk = [
    '',
    'unknown',
    '_hidden',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:x',
    '1.2.3.4:123456',
    '1.2.3.4%eth0',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '[::1',
    '::1]',
    '[1.2.3.4',
    '::1.2.3.4.5',
    '1.2.3.4::',
    '"192.0.2.1"',
    "1' OR 1=1",
    'x'.repeat(100_000),
    `${'1:'.repeat(50_000)}:`,
  ];
  for (const one of junk) assert.equal(clientOf(one), null, one.slice(0, 50));
});

test('every address that Node knows is known, and nothing else', () => {
  const piece = fc.constantFrom('0', '1', 'ffff', 'db8', '12', '255', '256', ':', '::', '.', '1.2.3.4', 'g');
  const made = fc.array(piece, { maxLength: 17 }).map((all) => all.join(''));
  const any = fc.oneof(fc.ipV4(), fc.ipV6(), made);
  fc.assert(
    // a port after an IPv4 address may be dropped
    fc.property(any, (text) =>
      assert.equal(clientOf(text) !== null, isIP(text.replace(/^([\d.]+):\d{1,5}$/, '$1')) !== 0),
    ),
    { numRuns: 5000 },
  );
});
