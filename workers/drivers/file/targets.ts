// iSCSI targets of volumes, one each, open to the initiators that are connected and to nobody else. Our records say which;
// tgtd is made to agree with them whenever it was started.

import { createHmac } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverCall, DriverPorts } from '../../driver.ts';
import { Turns } from '../../driver-kit/turns.ts';
import { Tgt } from './tgt.ts';

export interface TargetsSettings {
  readonly portal: string;
  readonly program: string;
  /** The beginning of the names of targets. */
  readonly prefix: string;
  /** What the passwords of CHAP are made from; null: there is none. */
  readonly chapSecret: string | null;
}

export interface Target {
  readonly iqn: string;
  readonly chap: { readonly user: string; readonly password: string } | null;
}

const always: DriverCall = { signal: new AbortController().signal };
const thereAlready = /already exists|already/;
const watchMilliseconds = 1000;

export class Targets {
  readonly #directory: string;
  readonly #settings: TargetsSettings;
  readonly #ports: DriverPorts;
  readonly #tgt: Tgt;
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  /** The initiators that each volume is open to. */
  readonly #open = new Map<string, readonly string[]>();

  private constructor(directory: string, settings: TargetsSettings, ports: DriverPorts) {
    this.#directory = directory;
    this.#settings = settings;
    this.#ports = ports;
    this.#tgt = new Tgt({ ...settings, folder: join(directory, 'targets') }, ports);
  }

  static async open(directory: string, settings: TargetsSettings, ports: DriverPorts): Promise<Targets> {
    const targets = new Targets(directory, settings, ports);
    const folder = join(directory, 'targets');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of await readdir(folder)) {
      if (file.endsWith('.tmp')) await unlink(join(folder, file));
      if (!file.endsWith('.json')) continue;
      targets.#open.set(file.slice(0, -5), JSON.parse(await readFile(join(folder, file), 'utf8')).initiators);
    }
    await targets.ready(always);
    void targets.#watch();
    return targets;
  }

  /** Makes sure that tgtd runs and serves what the records say. */
  ready(call: DriverCall): Promise<void> {
    return this.#turns.take('tgtd', call, async () => {
      const isNew = await this.#tgt.start();
      const there = await this.#tgt.targets(call);
      if (isNew || there.size < this.#open.size) for (const name of this.#open.keys()) await this.#serve(name, call);
    });
  }

  /** Opens the volume to an initiator, beside those that have it. */
  async allow(name: string, initiator: string, call: DriverCall): Promise<Target> {
    await this.ready(call);
    const before = this.#open.get(name) ?? [];
    if (!before.includes(initiator)) await this.#write(name, [...before, initiator]);
    await this.#turns.take('tgtd', call, () => this.#serve(name, call));
    return this.#targetOf(name);
  }

  /** Closes it to an initiator, or to all, and ends their connections. */
  async forbid(name: string, initiator: string | null, call: DriverCall): Promise<void> {
    const before = this.#open.get(name);
    if (before === undefined) return;
    await this.ready(call);
    const left = initiator === null ? [] : before.filter((one) => one !== initiator);
    await this.#turns.take('tgtd', call, async () => {
      const tid = (await this.#tgt.targets(call)).get(this.#targetOf(name).iqn);
      if (tid === undefined) return;
      const target = { tid: String(tid) };
      for (const one of before.filter((other) => !left.includes(other))) {
        await this.#tgt.ask(call, 'target', 'unbind', { ...target, 'initiator-name': one }, /.*/);
      }
      for (const { sid, cid, initiator: host } of await this.#tgt.connections(tid, call)) {
        if (!left.includes(host)) await this.#tgt.ask(call, 'conn', 'delete', { ...target, sid, cid }, /.*/);
      }
      if (left.length === 0) await this.#tgt.ask(call, 'target', 'delete', { ...target, force: '' });
    });
    await this.#write(name, left);
  }

  /** Makes hosts see a new size, or another file, of the volume. */
  async renew(name: string, call: DriverCall): Promise<void> {
    if (!this.#open.has(name)) return;
    await this.ready(call);
    await this.#turns.take('tgtd', call, async () => {
      const tid = (await this.#tgt.targets(call)).get(this.#targetOf(name).iqn);
      if (tid === undefined) return;
      await this.#tgt.ask(call, 'logicalunit', 'delete', { tid: String(tid), lun: '1', force: '' });
      await this.#serve(name, call);
    });
  }

  /** tgtd goes on while a host is connected. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    await this.#turns.ended();
    if (this.#open.size === 0) await this.#tgt.stop();
  }

  async #serve(name: string, call: DriverCall): Promise<void> {
    const { iqn, chap } = this.#targetOf(name);
    const there = await this.#tgt.targets(call);
    const tid = there.get(iqn) ?? Math.max(0, ...there.values()) + 1;
    const target = { tid: String(tid) };
    if (!there.has(iqn)) await this.#tgt.ask(call, 'target', 'new', { ...target, targetname: iqn });
    const disk = { ...target, lun: '1', 'backing-store': join(this.#directory, name) };
    await this.#tgt.ask(call, 'logicalunit', 'new', disk, thereAlready);
    if (chap !== null) {
      await this.#tgt.ask(call, 'account', 'new', chap, thereAlready);
      await this.#tgt.ask(call, 'account', 'bind', { ...target, user: chap.user }, thereAlready);
    }
    for (const initiator of this.#open.get(name) ?? []) {
      await this.#tgt.ask(call, 'target', 'bind', { ...target, 'initiator-name': initiator }, thereAlready);
    }
  }

  #targetOf(name: string): Target {
    const { prefix, chapSecret } = this.#settings;
    const iqn = `${prefix}:${name}`;
    if (chapSecret === null) return { iqn, chap: null };
    const words = createHmac('sha256', chapSecret).update(iqn).digest('base64url');
    // CHAP takes 12 to 16 characters.
    return { iqn, chap: { user: `u${words.slice(16, 28)}`, password: words.slice(0, 16) } };
  }

  async #write(name: string, initiators: readonly string[]): Promise<void> {
    const path = join(this.#directory, 'targets', `${name}.json`);
    if (initiators.length === 0) {
      await unlink(path).catch(() => {});
      this.#open.delete(name);
      return;
    }
    await writeFile(`${path}.tmp`, JSON.stringify({ initiators }), { mode: 0o600, flush: true });
    await rename(`${path}.tmp`, path);
    this.#open.set(name, initiators);
  }

  /** Hosts are served again without anybody asking. */
  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#ports.sleep(watchMilliseconds, signal).catch(() => {});
      if (signal.aborted) return;
      await this.ready(always).catch((error: unknown) => {
        this.#ports.log('error', 'tgtd-does-not-run', { reason: String(error) });
      });
    }
  }
}
