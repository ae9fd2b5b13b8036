// The storage daemon of one directory: started when it is not there, taken over when it is, started again when it dies.
//
// It outlives the worker while a host is connected, so that a new version of the worker interrupts nobody's I/O.

import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, type DriverPorts } from '../../driver.ts';
import { expired } from '../../driver-kit/failures.ts';
import type { QsdSettings } from './options.ts';
import { Qmp } from './qmp.ts';

/** A daemon answers within 30 ms of its start; on a machine under load within this. */
const startSeconds = 20;

export class Daemon {
  readonly #settings: QsdSettings;
  readonly #ports: DriverPorts;
  /** Makes the daemon serve again what our records say; work waits until it has. */
  readonly #rebuild: (qmp: Qmp) => Promise<void>;
  readonly #closing = new AbortController();
  #ready: Promise<Qmp> | null = null;

  constructor(settings: QsdSettings, ports: DriverPorts, rebuild: (qmp: Qmp) => Promise<void>) {
    this.#settings = settings;
    this.#ports = ports;
    this.#rebuild = rebuild;
  }

  /** The daemon, ready for work. Rejects with `transient` when it does not come up. */
  ready(): Promise<Qmp> {
    if (this.#closing.signal.aborted) return Promise.reject(expired());
    if (this.#ready !== null) return this.#ready;
    const starting = this.#start();
    this.#ready = starting;
    starting.then(
      (qmp) => qmp.lost.catch(() => this.#lost(starting)),
      () => this.#forget(starting),
    );
    return starting;
  }

  /** The daemon once it has answered: one that has died a moment ago serves again first. */
  async answering(): Promise<Qmp> {
    const qmp = await this.ready();
    const answers = await qmp.run('query-block-exports').then(
      () => true,
      () => false,
    );
    if (answers) return qmp;
    await qmp.lost.catch(() => {});
    return this.ready();
  }

  /** Lets the daemon go on by itself, or ends it. */
  async close(keeps: boolean): Promise<void> {
    this.#closing.abort(new Error('closed'));
    const qmp = await this.#ready?.catch(() => null);
    if (!qmp) return;
    if (!keeps) {
      await qmp.run('quit').catch(() => {});
      await this.#ended();
    }
    qmp.close();
  }

  async #start(): Promise<Qmp> {
    const deadline = AbortSignal.timeout(startSeconds * 1000);
    const adopted = await this.#connect(deadline).catch(() => null);
    const qmp = adopted ?? (await this.#spawn(deadline));
    try {
      await this.#rebuild(qmp);
    } catch (error) {
      qmp.close();
      throw error;
    }
    this.#ports.log('info', adopted === null ? 'qsd-started' : 'qsd-taken-over', {
      directory: this.#settings.directory,
    });
    return qmp;
  }

  #connect(deadline: AbortSignal): Promise<Qmp> {
    return Qmp.open(this.#path('qmp.sock'), deadline);
  }

  async #spawn(deadline: AbortSignal): Promise<Qmp> {
    const { processes } = this.#ports;
    const { program, directory } = this.#settings;
    if (processes === undefined) throw new DriverError('not-supported', 'There are no processes here for the daemon.');
    await unlink(this.#path('qmp.sock')).catch(() => {});
    const socket = this.#path('qmp.sock').replaceAll(',', ',,');
    const args = [
      ...['--chardev', `socket,path=${socket},server=on,wait=off,id=qmp`, '--monitor', 'chardev=qmp'],
      ...['--pidfile', this.#path('daemon.pid')],
    ];
    const pid = await processes.start(program, args, { logFile: this.#path('daemon.log') }).catch((error: unknown) => {
      throw new DriverError('fatal', `The storage daemon ${program} cannot be started. Install qemu-system-common.`, {
        cause: error,
      });
    });
    for (;;) {
      const qmp = await this.#connect(deadline).catch(() => null);
      if (qmp !== null) return qmp;
      if (deadline.aborted || !processes.isRunning(pid)) break;
      await this.#ports.sleep(5, deadline).catch(() => {});
    }
    processes.kill(pid, 'SIGKILL');
    const log = await readFile(this.#path('daemon.log'), 'utf8').catch(() => '');
    const said = log.trim().split('\n').at(-1) ?? '';
    throw new DriverError('transient', `The storage daemon of the back end does not run. See ${directory}: ${said}`);
  }

  #forget(starting: Promise<Qmp>): void {
    if (this.#ready === starting) this.#ready = null;
  }

  #lost(starting: Promise<Qmp>): void {
    this.#forget(starting);
    if (this.#closing.signal.aborted) return;
    this.#ports.log('error', 'qsd-lost', { directory: this.#settings.directory });
    void this.#watch();
  }

  /** Hosts are served again without anybody asking. */
  async #watch(): Promise<void> {
    for (let pause = 0; !this.#closing.signal.aborted; pause = Math.min(5000, pause * 2 + 100)) {
      await this.#ports.sleep(pause, this.#closing.signal).catch(() => {});
      try {
        if (!this.#closing.signal.aborted) await this.ready();
        return;
      } catch (error) {
        this.#ports.log('error', 'qsd-does-not-start', { reason: String(error) });
      }
    }
  }

  /** Its files are free for a successor. */
  async #ended(): Promise<void> {
    const pid = Number(await readFile(this.#path('daemon.pid'), 'utf8').catch(() => '0'));
    const { processes } = this.#ports;
    for (let times = 0; pid > 1 && processes?.isRunning(pid) && times < 400; times += 1) await this.#ports.sleep(5);
  }

  #path(name: string): string {
    return join(this.#settings.directory, name);
  }
}
