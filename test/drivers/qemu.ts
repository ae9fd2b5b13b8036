// Clients of a volume that are not ours: qemu-io and qemu-img, by what connect returned and by nothing else.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ConnectionInfo } from '../../workers/driver.ts';
import type { Held } from './subject.ts';

const run = promisify(execFile);

/** What to skip for: the programs that are not on this machine. */
export async function missingTools(...programs: readonly string[]): Promise<{ skip?: string }> {
  const isThere = (program: string) =>
    run(program, ['--version']).then(
      () => true,
      () => false,
    );
  const there = await Promise.all(programs.map(isThere));
  const missing = programs.filter((_, at) => !there[at]);
  return missing.length === 0 ? {} : { skip: `${missing.join(', ')} is not installed` };
}

/** An answer of a volume that is there takes milliseconds. */
const patienceMs = 5000;

export const uriOf = ({ data }: ConnectionInfo): string => String(data.uri);

/** Writes as a host would; returns when the bytes are flushed. */
export async function writeNbd(connection: ConnectionInfo, offset: number, bytes: Uint8Array): Promise<void> {
  await withFile(bytes, (path) => io(uriOf(connection), [], `write -q -s ${path} ${offset} ${bytes.length}`, 'flush'));
}

export async function readNbd(connection: ConnectionInfo, offset: number, length: number): Promise<Uint8Array> {
  return withFile(new Uint8Array(), async (path) => {
    const target = `driver=raw,offset=${offset},size=${length},file.driver=nbd,${nbdOptions(connection)}`;
    await run('qemu-img', ['convert', '--image-opts', target, '-O', 'raw', path]);
    const read = await readFile(path);
    assert.equal(read.length, length);
    return read;
  });
}

/** The digest of every byte that a host can read. */
export async function wholeSha256(connection: ConnectionInfo): Promise<string> {
  const convert = spawn('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', '-S', '0', uriOf(connection), '/dev/stdout']);
  const hash = createHash('sha256');
  for await (const part of convert.stdout) hash.update(part);
  return hash.digest('hex');
}

/** A host that stays connected, as a server that runs. */
export function holdOpen(uri: string): Promise<Held> {
  return hold(['-f', 'raw', uri]);
}

/** The same by the arguments of qemu-io. */
export async function hold(args: readonly string[]): Promise<Held> {
  const host = spawn('qemu-io', args);
  let text = '';
  let heard = () => {};
  const hear = (part: Buffer) => {
    text += part.toString();
    heard();
  };
  host.stdout.on('data', hear);
  host.stderr.on('data', hear);
  host.stdin.on('error', () => {});
  const ended = once(host, 'close');
  const said = async (words: RegExp) => {
    while (!words.test(text) && host.exitCode === null) {
      const more = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const late = new AbortController();
      const patience = pause(patienceMs, 'late', { signal: late.signal }).catch(() => null);
      const said = await Promise.race([more, ended, patience]);
      late.abort();
      // An initiator asks again for ever when its target is gone: nothing is written, and nothing is told.
      if (said === 'late') {
        host.kill('SIGKILL');
        throw new Error('the volume does not answer');
      }
    }
    const all = text;
    text = '';
    if (!words.test(all) || /failed|error|can't open/i.test(all)) throw new Error(all);
  };
  await said(/qemu-io> /);
  return {
    /** Writes the byte so often and flushes; rejects when the volume does not take it. */
    async write(offset: number, byte: number, length: number) {
      // One at a time: a second line in the same read waits for the next one.
      host.stdin.write(`write -P ${byte} ${offset} ${length}\n`);
      await said(/(ops; [\s\S]*|failed[\s\S]*)qemu-io> /);
      host.stdin.write('flush\n');
      await said(/qemu-io> /);
    },
    async close() {
      host.stdin.end('quit\n');
      await ended;
    },
  };
}

/** The export as qemu names it where it takes options: with `file.` before each. */
function nbdOptions({ data }: ConnectionInfo): string {
  const at =
    typeof data.path === 'string'
      ? `file.server.type=unix,file.server.path=${data.path}`
      : `file.server.type=inet,file.server.host=${data.host},file.server.port=${data.port}`;
  return `${at},file.export=${data.export}`;
}

export async function io(uri: string, flags: readonly string[], ...commands: readonly string[]): Promise<string> {
  const each = commands.flatMap((command) => ['-c', command]);
  const format = flags.includes('--image-opts') ? [] : ['-f', 'raw'];
  const { stdout } = await run('qemu-io', [...format, ...flags, ...each, uri], { timeout: 60_000 });
  assert.doesNotMatch(stdout, /failed|error/i);
  return stdout;
}

export async function withFile<T>(bytes: Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'scoria-io-'));
  try {
    await writeFile(join(folder, 'bytes'), bytes);
    return await work(join(folder, 'bytes'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
