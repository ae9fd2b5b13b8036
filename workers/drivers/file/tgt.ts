// tgtd, the iSCSI target of Linux in user space: started when it is not there, asked through tgtadm by lists of arguments.
// It forgets everything when it dies.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DriverCall, DriverError, type DriverPorts } from '../../driver.ts';
import { expired } from '../../driver-kit/failures.ts';

export interface TgtSettings {
  /** host:port that it listens on. */
  readonly portal: string;
  readonly program: string;
  /** Where its socket, its log and its process id are. */
  readonly folder: string;
}

/** It begins to listen within 100 ms; on a machine under load within this. */
const startMilliseconds = 10_000;

export class Tgt {
  readonly #settings: TgtSettings;
  readonly #ports: DriverPorts;

  constructor(settings: TgtSettings, ports: DriverPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Makes sure that it runs; true when it was started now, and knows nothing. */
  async start(): Promise<boolean> {
    const { processes } = this.#ports;
    const { program, portal, folder } = this.#settings;
    if (processes === undefined) throw new DriverError('not-supported', 'There are no processes here for tgtd.');
    if (processes.isRunning(await this.pid())) return false;
    const options = { logFile: join(folder, 'tgtd.log'), env: this.#env() };
    const args = ['-f', '-C', '0', '--iscsi', `portal=${portal}`];
    const pid = await processes.start(program, args, options).catch((error: unknown) => {
      throw new DriverError('fatal', `The iSCSI target ${program} cannot be started. Install tgt.`, { cause: error });
    });
    await writeFile(join(folder, 'tgtd.pid'), String(pid));
    const deadline = AbortSignal.timeout(startMilliseconds);
    while (!deadline.aborted && processes.isRunning(pid)) {
      const { code, stdout } = await this.#run(deadline, 'portal', 'show').catch(() => ({ code: 1, stdout: '' }));
      // It runs on without its address, where that is taken.
      if (code === 0 && !stdout.includes(portal)) break;
      if (code === 0) return true;
      await this.#ports.sleep(20, deadline).catch(() => {});
    }
    processes.kill(pid, 'SIGKILL');
    throw new DriverError('transient', `The iSCSI target does not run. Look at its address and at ${folder}/tgtd.log.`);
  }

  async stop(): Promise<void> {
    const pid = await this.pid();
    this.#ports.processes?.kill(pid, 'SIGKILL');
    while (this.#ports.processes?.isRunning(pid)) await this.#ports.sleep(5);
  }

  pid(): Promise<number> {
    return readFile(join(this.#settings.folder, 'tgtd.pid'), 'utf8').then(Number, () => 0);
  }

  /** The number of each target, by its name. */
  async targets({ signal }: DriverCall): Promise<Map<string, number>> {
    const { code, stdout } = await this.#run(signal, 'target', 'show');
    if (code !== 0) throw new DriverError('transient', 'The iSCSI target does not answer.');
    return new Map([...stdout.matchAll(/^Target (\d+): (\S+)$/gm)].map(([, tid, name = '']) => [name, Number(tid)]));
  }

  /** The connections of a target: each with its session and the initiator that has it. */
  async connections(tid: number, { signal }: DriverCall): Promise<{ sid: string; cid: string; initiator: string }[]> {
    const { stdout } = await this.#run(signal, 'target', 'show');
    const mine = stdout.split(/^Target /m).find((part) => part.startsWith(`${tid}: `)) ?? '';
    return mine
      .split(/I_T nexus: /)
      .slice(1)
      .flatMap((nexus) => {
        const initiator = /Initiator: (\S+)/.exec(nexus)?.[1] ?? '';
        const sid = /^(\d+)/.exec(nexus)?.[1] ?? '';
        return [...nexus.matchAll(/Connection: (\d+)/g)].map(([, cid = '']) => ({ sid, cid, initiator }));
      });
  }

  /** Asks it; what is there already, or gone already, is fine where that is said. */
  async ask(
    call: DriverCall,
    mode: string,
    op: string,
    given: Readonly<Record<string, string>>,
    fine?: RegExp,
  ): Promise<void> {
    const { code, stderr } = await this.#run(call.signal, mode, op, given);
    if (code === 0 || fine?.test(stderr)) return;
    const said = stderr.trim().slice(0, 200);
    throw new DriverError('transient', `The iSCSI target refused. tgtadm ${mode} ${op}: ${said}`);
  }

  async #run(signal: AbortSignal, mode: string, op: string, given: Readonly<Record<string, string>> = {}) {
    const { processes } = this.#ports;
    if (signal.aborted || processes === undefined) throw expired();
    const more = Object.entries(given).flatMap(([name, value]) =>
      value === '' ? [`--${name}`] : [`--${name}`, value],
    );
    const args = ['-C', '0', '--lld', 'iscsi', '--mode', mode, '--op', op, ...more];
    return processes.run('tgtadm', args, { signal, env: this.#env() }).catch((error: unknown) => {
      if (signal.aborted) throw expired();
      throw new DriverError('fatal', 'tgtadm cannot be run. Install tgt.', { cause: error });
    });
  }

  #env() {
    return { TGT_IPC_SOCKET: join(this.#settings.folder, 'tgt') };
  }
}
