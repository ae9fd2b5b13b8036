// The converter with the real qemu-img: images that it made, and images that somebody tampered with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Converter, ConverterError, type Format, formats } from './port.ts';
import { qemuImgConverter } from './qemu-img.ts';

const mib = 1024 * 1024;
const isThere = (() => {
  try {
    execFileSync('prlimit', ['--', 'qemu-img', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const options = { skip: isThere ? false : 'qemu-img or prlimit is not installed' };

let folder: string;
let work: string;
let converter: Converter;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'converter-'));
  work = join(folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'left-by-another-process'), 'x');
  converter = qemuImgConverter(work);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const content = new Uint8Array(3 * mib).map((_, at) => 1 + (at % 251));

/** A disk of 16 MiB with data from the fifth on. */
async function* pieces() {
  yield { offset: 5 * mib, bytes: content };
}
const disk = { sizeBytes: 16 * mib, pieces };

async function* parts(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001);
}

async function encoded(format: Format): Promise<Uint8Array> {
  const made = await converter.encode(disk, format, never);
  const all: Uint8Array[] = [];
  for await (const part of made.bytes()) all.push(part);
  assert.equal(Buffer.concat(all).length, made.sizeBytes);
  await made.close();
  return Buffer.concat(all);
}

async function decoded(bytes: Uint8Array, format: Format, mostBytes = 16 * mib): Promise<Uint8Array> {
  const made = await converter.decode(parts(bytes), format, mostBytes, never);
  const whole = new Uint8Array(made.sizeBytes);
  for await (const piece of made.pieces()) whole.set(piece.bytes, piece.offset);
  await made.close();
  return whole;
}

const nothingLeft = () => assert.deepEqual(readdirSync(work), []);
const failsAs = (failure: string, says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConverterError, String(error));
  assert.equal(error.failure, failure);
  assert.match(error.message, says);
  return true;
};

/** An image of qemu-img's own making, below the test's folder. */
function made(name: string, ...parameters: string[]): Uint8Array {
  const path = join(folder, name);
  execFileSync('qemu-img', ['create', '-q', ...parameters, path, '16M'], { cwd: folder });
  return readFileSync(path);
}

test('what another process has left is gone', options, nothingLeft);

for (const format of formats) {
  test(`a disk becomes ${format} and the same disk again, and no file is left`, options, async () => {
    const image = await encoded(format);
    const back = await decoded(image, format);
    assert.equal(back.length, 16 * mib);
    assert.deepEqual(back.subarray(5 * mib, 8 * mib), content);
    assert.ok(back.subarray(0, 5 * mib).every((byte) => byte === 0));
    assert.ok(back.subarray(8 * mib).every((byte) => byte === 0));
    nothingLeft();
  });

  test(`bytes that only claim to be ${format} are refused`, options, async () => {
    await assert.rejects(decoded(content, format), failsAs('format', new RegExp(`claims to be ${format} and is not`)));
    const other = format === 'qcow2' ? 'vdi' : 'qcow2';
    await assert.rejects(decoded(await encoded(other), format), failsAs('format', /claims to be/));
    nothingLeft();
  });
}

test('a qcow2 with a backing file is refused, whatever the file', options, async () => {
  const secret = join(folder, 'secret');
  writeFileSync(secret, Buffer.alloc(16 * mib, 7));
  const image = made('backed.qcow2', '-f', 'qcow2', '-F', 'raw', '-b', secret);
  await assert.rejects(decoded(image, 'qcow2'), failsAs('format', /has a backing file/));
});

test('a qcow2 that keeps its data in another file is refused', options, async () => {
  const image = made('external.qcow2', '-f', 'qcow2', '-o', `data_file=${join(folder, 'data')},data_file_raw=on`);
  await assert.rejects(decoded(image, 'qcow2'), failsAs('format', /keeps its data in another file/));
});

test('a VMDK of several files, of a text alone, of no capacity or with a parent is refused', options, async () => {
  const flat = made('flat.vmdk', '-f', 'vmdk', '-o', 'subformat=monolithicFlat');
  await assert.rejects(decoded(flat, 'vmdk'), failsAs('format', /claims to be vmdk and is not/));
  const sparse = Buffer.from(await encoded('vmdk'));
  const withWords = (from: string, to: string) => {
    const image = Buffer.from(sparse);
    const at = image.indexOf(from);
    assert.ok(at > 0, from);
    image.write(to.padEnd(from.length), at, 'latin1');
    return image;
  };
  await assert.rejects(
    decoded(withWords('"monolithicSparse"', '"monolithicFlat"'), 'vmdk'),
    failsAs('format', /a kind that is not allowed/),
  );
  await assert.rejects(decoded(withWords(' SPARSE ', ' FLAT '), 'vmdk'), failsAs('format', /names other files/));
  const none = Buffer.from(sparse);
  none.writeBigUInt64LE(0n, 12);
  await assert.rejects(decoded(none, 'vmdk'), failsAs('format', /names other files/));
  made('parent.vmdk', '-f', 'vmdk');
  const child = made('child.vmdk', '-f', 'vmdk', '-F', 'vmdk', '-b', 'parent.vmdk');
  await assert.rejects(decoded(child, 'vmdk'), failsAs('format', /has a backing file/));
});

test('a VHD or VDI that is a difference to another one is refused', options, async () => {
  const vhd = Buffer.from(await encoded('vhd'));
  vhd.writeUInt32BE(4, 60);
  await assert.rejects(decoded(vhd, 'vhd'), failsAs('format', /a difference to another one/));
  const vdi = Buffer.from(await encoded('vdi'));
  vdi.writeUInt32LE(4, 76);
  await assert.rejects(decoded(vdi, 'vdi'), failsAs('format', /a difference to another one/));
});

test('a disk that is larger than allowed is refused before it is read', options, async () => {
  await assert.rejects(
    decoded(await encoded('qcow2'), 'qcow2', 15 * mib),
    failsAs('too-large', /larger than the volume/),
  );
  nothingLeft();
});

test('an image that breaks off leaves nothing behind, and rejects as its bytes did', options, async () => {
  const broken = new Error('broken off');
  async function* bytes() {
    yield content;
    throw broken;
  }
  await assert.rejects(converter.decode(bytes(), 'qcow2', 16 * mib, never), broken);
  nothingLeft();
});

test('a call that is aborted ends the tool and leaves nothing behind', options, async () => {
  const stop = new AbortController();
  const image = await encoded('qcow2');
  async function* bytes() {
    yield image;
    stop.abort(new Error('too late'));
  }
  await assert.rejects(converter.decode(bytes(), 'qcow2', 16 * mib, stop.signal), /too late/);
  nothingLeft();
});
