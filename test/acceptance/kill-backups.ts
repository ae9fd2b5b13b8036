// `kill -9` in the middle of backups, incremental ones, restores and deletions: what was acknowledged becomes what it
// was to be, bytes are equal, and the store keeps nothing that no backup needs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, globSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, signIn } from './clients.ts';
import { type Service, type ServiceOptions, startService, temporaryFolder, until } from './service.ts';

const mib = 1024 * 1024;
const chunkBytes = 4 * mib;

/** 80 MiB of data in a volume of 1 GiB, spread over it. */
const chunks = 20;
const spread = 10;

export interface Store {
  /** Every key, seen from outside of the service. */
  keys(): Promise<readonly string[]>;
}

/** How often each kind of work was killed while it was under way, as the next start found it. */
export type Kills = Record<'full' | 'incremental' | 'restore' | 'delete', number>;

/** Plays all of it through, once for each round. Returns how many kills hit work that was under way. */
export async function assertBackupsSurviveKills(
  env: ServiceOptions['env'],
  storeOf: (service: Service) => Store,
  rounds: number,
): Promise<Kills> {
  const options = { folder: temporaryFolder(), env: { ...env, SCORIA_BACKENDS: 'one' } };
  const kills: Kills = { full: 0, incremental: 0, restore: 0, delete: 0 };
  const play = new Play(options, await startService(options), storeOf, kills);
  try {
    for (let round = 0; round < rounds; round += 1) await play.round(round);
  } finally {
    await play.service.stop();
  }
  return kills;
}

class Play {
  readonly #options: ServiceOptions;
  readonly #storeOf: (service: Service) => Store;
  readonly #kills: Kills;
  service: Service;
  #token = '';

  constructor(options: ServiceOptions, service: Service, storeOf: (service: Service) => Store, kills: Kills) {
    this.#options = options;
    this.service = service;
    this.#storeOf = storeOf;
    this.#kills = kills;
  }

  async round(round: number): Promise<void> {
    this.#token = await signIn(this.service, 'demo');
    const volume = await this.#volume();
    const every = Array.from({ length: chunks }, (_, n) => n * spread);
    const versions: string[] = [await this.#write(volume, every, `${round}-0`)];
    const backups = [await this.#backUp(volume, 'full', 3 + round * 9)];
    for (const n of [1, 2]) {
      const changed = every.filter((index) => index % (n + 1) === 0);
      versions.push(await this.#write(volume, changed, `${round}-${n}`));
      backups.push(await this.#backUp(volume, 'incremental', n * 2 + round * 4));
    }
    // The newest into a new volume, then the oldest over the same one, then the one between over what was never
    // emptied.
    const target = await this.#restore(backups[2] ?? '', null, 8 + round * 30);
    assert.equal(await this.#digest(target), versions[2], 'the bytes of the newest');
    await this.#restore(backups[0] ?? '', target, 8 + round * 30);
    assert.equal(await this.#digest(target), versions[0], 'the bytes of the oldest');
    await this.#restore(backups[1] ?? '', volume, 8);
    assert.equal(await this.#digest(volume), versions[1], 'the bytes of the one between');
    for (const [index, id] of backups.reverse().entries()) {
      await this.#remove(id, index * 2 + round * 3);
      if (index === 0) {
        await this.#restore(backups[1] ?? '', target, Number.POSITIVE_INFINITY);
        assert.equal(await this.#digest(target), versions[1], 'the chain stands without its newest');
      }
    }
    assert.deepEqual(await this.#keys(), [], 'the store is empty');
    for (const id of [volume, target]) await this.#ask('DELETE', `/v3/volumes/${id}`, undefined, 202);
    for (const id of [volume, target]) await this.#becomes(`/v3/volumes/${id}`, null);
    const { absolute } = (await this.#ask('GET', '/v3/limits')).limits;
    assert.deepEqual(
      [absolute.totalBackupsUsed, absolute.totalBackupGigabytesUsed, absolute.totalVolumesUsed],
      [0, 0, 0],
    );
  }

  async #volume(): Promise<string> {
    const { volume } = await this.#ask('POST', '/v3/volumes', { volume: { size: 1 } }, 202);
    await this.#becomes(`/v3/volumes/${volume.id}`, 'available');
    return volume.id;
  }

  /** Backs up, kills when the store has so many new chunks, and waits until it is available after all. */
  async #backUp(volume: string, kind: 'full' | 'incremental', enough: number): Promise<string> {
    const before = await this.#keys();
    const body = { backup: { volume_id: volume, incremental: kind === 'incremental' } };
    const { backup } = await this.#ask('POST', '/v3/backups', body, 202);
    await until(
      () => this.#keys(),
      (keys) => keys.length > before.length + enough,
    );
    await this.#kill(kind, `/v3/backups/${backup.id}`, 'creating');
    await this.#becomes(`/v3/backups/${backup.id}`, 'available');
    await this.#becomes(`/v3/volumes/${volume}`, 'available');
    return backup.id;
  }

  /** Restores, kills when the volume's file has so many MiB more than before or is as large, and waits for both. */
  async #restore(backup: string, target: string | null, enoughMiB: number): Promise<string> {
    const body = { restore: target === null ? {} : { volume_id: target } };
    const { restore } = await this.#ask('POST', `/v3/backups/${backup}/restore`, body, 202);
    const id: string = restore.volume_id;
    if (Number.isFinite(enoughMiB)) {
      const begun = performance.now();
      // Over a volume that has data its file does not grow: there it is time that counts.
      const isInTheMiddle = () =>
        target === null ? this.#allocatedMiB(id) > enoughMiB : performance.now() - begun > 20 + enoughMiB;
      while (!isInTheMiddle()) await new Promise((resolve) => setTimeout(resolve, 2));
      await this.#kill('restore', `/v3/backups/${backup}`, 'restoring');
    }
    await this.#becomes(`/v3/volumes/${id}`, 'available');
    await this.#becomes(`/v3/backups/${backup}`, 'available');
    return id;
  }

  async #remove(backup: string, milliseconds: number): Promise<void> {
    await this.#ask('DELETE', `/v3/backups/${backup}`, undefined, 202);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.#kill('delete', `/v3/backups/${backup}`, 'deleting');
    await this.#becomes(`/v3/backups/${backup}`, null);
  }

  /** Kills the service and starts it again. Counts when the work had not ended by then. */
  async #kill(kind: keyof Kills, path: string, busy: string): Promise<void> {
    this.service.command.child.kill('SIGKILL');
    await this.service.command.ended;
    this.service = await startService(this.#options);
    const told = await ask(this.service, this.#token, 'GET', path);
    if (told.body.backup?.status === busy) this.#kills[kind] += 1;
  }

  /** Waits for a status, or, with null, until it is gone. An error that was not waited for ends it at once. */
  async #becomes(path: string, status: string | null): Promise<void> {
    await until(
      () => ask(this.service, this.#token, 'GET', path),
      (told) => {
        const now = (told.body.backup ?? told.body.volume)?.status;
        if (/error/.test(now)) throw new Error(`${path}: ${JSON.stringify(told.body)}`);
        return status === null ? told.status === 404 : now === status;
      },
    );
  }

  async #ask(method: string, path: string, body?: unknown, success = 200) {
    const told = await ask(this.service, this.#token, method, path, body);
    assert.equal(told.status, success, `${method} ${path}: ${JSON.stringify(told.body)}`);
    return told.body;
  }

  #keys(): Promise<readonly string[]> {
    return this.#storeOf(this.service).keys();
  }

  /** The file of a volume: it is written to as a hypervisor would, beside the service. */
  #file(volume: string): string {
    const [path] = globSync(join(this.service.data, 'volumes/one', `*${volume}*`));
    return path ?? '';
  }

  #allocatedMiB(volume: string): number {
    const path = this.#file(volume);
    return path === '' ? 0 : (statSync(path).blocks * 512) / mib;
  }

  /** Writes chunks that no other version has. Returns the sha256 of the whole volume. */
  async #write(volume: string, indexes: readonly number[], version: string): Promise<string> {
    const handle = await open(this.#file(volume), 'r+');
    for (const index of indexes) {
      const seed = createHash('sha512').update(`${version} ${index}`).digest();
      await handle.write(Buffer.alloc(chunkBytes, seed), 0, chunkBytes, index * chunkBytes);
    }
    await handle.close();
    return this.#digest(volume);
  }

  async #digest(volume: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const part of createReadStream(this.#file(volume), { highWaterMark: chunkBytes })) hash.update(part);
    return hash.digest('hex');
  }
}
