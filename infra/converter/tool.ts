// Running qemu-img with bounds: it reads what strangers have made.
import { spawn } from 'node:child_process';
import { ConverterError } from './port.ts';

export interface Bounds {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** The largest file that it may write. */
  readonly fileBytes: number;
  /** The most that it may say. */
  readonly outputBytes: number;
}

const mostErrorBytes = 4096;

/**
 * Runs it under prlimit and returns what it says. Rejects with ConverterError: `absent` when either is not installed,
 * `no-space`, else `failed`; with the signal's reason when that is aborted, and then the tool is gone.
 */
export async function qemuImg(parameters: readonly string[], bounds: Bounds, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const limits = [
    `--cpu=${bounds.cpuSeconds}`,
    `--as=${bounds.memoryBytes}`,
    `--fsize=${bounds.fileBytes}`,
    '--core=0',
  ];
  const child = spawn('prlimit', [...limits, '--', 'qemu-img', ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let output = '';
  let errors = '';
  let isTooMuch = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.length <= bounds.outputBytes) return;
    isTooMuch = true;
    kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(0, mostErrorBytes);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(new ConverterError('absent', 'prlimit is not installed here.', { cause })));
    child.once('close', resolve);
  }).finally(() => signal.removeEventListener('abort', kill));
  signal.throwIfAborted();
  if (code === 0 && !isTooMuch) return output;
  throw failure(code, errors, isTooMuch);
}

function failure(code: number | null, errors: string, isTooMuch: boolean): ConverterError {
  if (/failed to execute qemu-img/.test(errors)) return new ConverterError('absent', 'qemu-img is not installed here.');
  if (/No space left on device/.test(errors))
    return new ConverterError('no-space', 'There is no room to convert the image.');
  // Its words may name files and what is in them: they are for nobody's eyes.
  if (code === 1 && !isTooMuch) return new ConverterError('format', 'qemu-img cannot read the image.');
  return new ConverterError('failed', 'qemu-img was stopped: it took more time or memory than it may.');
}
