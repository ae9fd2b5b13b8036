import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../harness/sources.ts';

const checks: Readonly<Record<string, readonly string[]>> = {
  'type check': [process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', root],
  linter: [join(root, 'node_modules/.bin/biome'), 'check', '--colors=off', root],
};

/**
 * Runs the type check and the linter side by side. True when neither found anything; else what they found is printed.
 */
export async function check(): Promise<boolean> {
  const found = await Promise.all(Object.entries(checks).map(([name, command]) => isClean(name, command)));
  return found.every((one) => one);
}

function isClean(name: string, command: readonly string[]): Promise<boolean> {
  const [program = '', ...words] = command;
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      said += data;
    });
    const end = (isGood: boolean) => {
      if (!isGood) console.log(`\nThe ${name} found something:\n${said}`);
      resolve(isGood);
    };
    child.on('error', (error) => {
      said += String(error);
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}
