// Images and the bytes of volumes, as files.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../acceptance/clients.ts';
import type { Service } from '../acceptance/service.ts';

export const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** A raw image with random bytes at its begin and at its end, and a hole between: only the ends have to be kept. */
export function makeRaw(path: string, sizeBytes: number): void {
  const file = openSync(path, 'w');
  const part = Math.min(mib, sizeBytes / 2);
  ftruncateSync(file, sizeBytes);
  writeSync(file, randomBytes(part), 0, part, 0);
  writeSync(file, randomBytes(part), 0, part, sizeBytes - part);
  closeSync(file);
}

export const qemuImg = (...args: readonly string[]) =>
  execFileSync('/usr/bin/qemu-img', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });

/** Makes an image of a file and returns its id. */
export async function upload(client: Client, name: string, path: string, format: string, ...more: readonly string[]) {
  const words = `image create --container-format bare --disk-format ${format} --file ${path}`;
  const { id } = await client.json(words, ...more, name);
  await client.becomes('active', 'image show', id);
  return id as string; // the client's own
}

/** What the messages about a volume say. The command has no filter for it. */
export async function messagesOf(client: Client, volume: string): Promise<readonly string[]> {
  const all: readonly Record<string, string>[] = await client.at('3.5').json('volume message list');
  return all.filter((one) => one['Resource UUID'] === volume).map((one) => one['User Message'] ?? '');
}

/** The file in which the back end keeps a volume. */
export function fileOf(service: Service, volume: string): string {
  const paths = ['one', 'two'].map((name) => join(service.data, 'volumes', name, `volume-${volume}`));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no back end has volume ${volume}`);
  return found;
}

/** Whether the first file is the second, followed by nothing but zeros, and so many GiB long in all. */
export function isDisk(volume: string, raw: string, sizeGiB: number): boolean {
  if (statSync(volume).size !== sizeGiB * gib) return false;
  const [a, b] = [openSync(volume, 'r'), openSync(raw, 'r')];
  const [one, two] = [Buffer.alloc(4 * mib), Buffer.alloc(4 * mib)];
  try {
    for (let at = 0; at < sizeGiB * gib; at += one.length) {
      readSync(a, one, 0, one.length, at);
      two.fill(0, readSync(b, two, 0, two.length, at));
      if (!one.equals(two)) return false;
    }
    return true;
  } finally {
    closeSync(a);
    closeSync(b);
  }
}
