// What others say of what we write: qemu and cryptsetup open it with the passphrase, and read the bytes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { luks1 } from './luks1.ts';
import { headerBytes } from './port.ts';

const passphrase = '0123456789abcdef'.repeat(4);
const mib = 2 ** 20;
const luks = luks1();

function lacks(program: string): string | false {
  return spawnSync(program, ['--version']).error === undefined ? false : `${program} is not installed`;
}

/** A volume of 3 MiB of data in a file, the first of them full, and what reads it. */
async function inFile(keyBits: number, work: (file: string, plain: Buffer) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'luks-'));
  try {
    const plain = Buffer.alloc(3 * mib, 0).fill('some bytes ', 0, mib);
    const volume = await luks.format(passphrase, keyBits);
    assert.equal(volume.header.length, headerBytes);
    const file = join(folder, 'volume');
    const parts = [volume.encrypt(0, plain.subarray(0, mib)), volume.encrypt(mib, plain.subarray(mib))];
    writeFileSync(file, Buffer.concat([volume.header, ...parts]));
    writeFileSync(join(folder, 'passphrase'), passphrase);
    work(file, plain);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const keyBits of [256, 512]) {
  test(`qemu opens a volume of ${keyBits} bits with the passphrase and no other, and reads its bytes`, {
    skip: lacks('qemu-img'),
  }, async () => {
    await inFile(keyBits, (file, plain) => {
      const opened = (secret: string) =>
        spawnSync('qemu-img', [
          ...['convert', '--object', `secret,id=s,data=${secret}`, '-O', 'raw', '--image-opts'],
          ...[`driver=luks,key-secret=s,file.filename=${file}`, `${file}.plain`],
        ]);
      const right = opened(passphrase);
      assert.equal(right.status, 0, String(right.stderr));
      const compared = spawnSync('qemu-img', ['info', '--output=json', `${file}.plain`]);
      assert.equal(JSON.parse(String(compared.stdout))['virtual-size'], plain.length);
      writeFileSync(`${file}.expected`, plain);
      assert.equal(spawnSync('cmp', [`${file}.plain`, `${file}.expected`]).status, 0);
      assert.notEqual(opened(passphrase.replace('0', '1')).status, 0);
    });
  });

  test(`cryptsetup takes a volume of ${keyBits} bits for LUKS version 1, and the passphrase for its own`, {
    skip: lacks('cryptsetup'),
  }, async () => {
    await inFile(keyBits, (file) => {
      const dump = String(spawnSync('cryptsetup', ['luksDump', file]).stdout);
      assert.match(dump, /Version:\s+1\n/);
      assert.match(dump, /Cipher mode:\s+xts-plain64\n/);
      assert.match(dump, new RegExp(`MK bits:\\s+${keyBits}\\n`));
      const open = ['open', '--test-passphrase', '--key-file', join(file, '..', 'passphrase'), file];
      const tried = spawnSync('cryptsetup', open);
      assert.equal(tried.status, 0, String(tried.stderr));
    });
  });
}

test('two volumes of one passphrase have nothing in common, and no key but of the two sizes is taken', async () => {
  const [one, two] = [await luks.format(passphrase, 256), await luks.format(passphrase, 256)];
  const plain = new Uint8Array(512);
  assert.notDeepEqual(one.encrypt(0, plain), two.encrypt(0, plain));
  assert.notDeepEqual(one.encrypt(0, plain), one.encrypt(512, plain));
  assert.throws(() => one.encrypt(100, plain), RangeError);
  await assert.rejects(luks.format(passphrase, 128), RangeError);
});
