// The `openstack` command many times over, from one Python that has loaded it: see python/openstack_commands.py.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;
type Python = ChildProcessByStdio<Writable, Readable, null>;

/** Debian's own Python: the one that has the clients, whatever else is on the path. */
export const pythonPath = '/usr/bin/python3';
export const pythonFolder = fileURLToPath(new URL('python/', import.meta.url));
/** All that a command sees of the environment of the tests. */
export const shellEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } as const;

/** Runs commands; what loads the client is started with the first, and ends with this process. */
export function openstackCommands(): (args: readonly string[], env: Environment) => Promise<Ran> {
  const waiting = new Map<number, (ran: Ran) => void>();
  let python: Python | null = null;
  let count = 0;

  function start(): Python {
    const env = { ...shellEnvironment, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' };
    const path = join(pythonFolder, 'openstack_commands.py');
    const started = spawn(pythonPath, [path], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: started.stdout }).on('line', (line) => {
      const { id, ...ran } = JSON.parse(line) as Ran & { id: number }; // written by the script
      waiting.get(id)?.(ran);
      waiting.delete(id);
      hold(started);
    });
    started.on('exit', (code) => {
      python = null;
      for (const tell of waiting.values()) {
        tell({ code: -1, stdout: '', stderr: `openstack_commands.py ended with ${code}` });
      }
      waiting.clear();
    });
    return started;
  }

  /** Keeps this process alive while something is waited for, and not longer. */
  function hold(started: Python): void {
    const { stdout } = started as { stdout: Readable & { ref?(): void; unref?(): void } }; // pipes are sockets
    if (waiting.size > 0) {
      started.ref();
      stdout.ref?.();
    } else {
      started.unref();
      stdout.unref?.();
    }
  }

  return (args, env) =>
    new Promise((resolve) => {
      python ??= start();
      count += 1;
      waiting.set(count, resolve);
      hold(python);
      python.stdin.write(`${JSON.stringify({ id: count, args, env: { ...shellEnvironment, ...env } })}\n`);
    });
}
