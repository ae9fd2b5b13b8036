// What a deploy would make: sst.config.ts run by SST's own components under Pulumi's mocks, in a process of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root } from '../harness/sources.ts';
import { platform } from './platform.ts';

// biome-ignore lint/suspicious/noExplicitAny: the inputs of some sixty kinds of resources, read field by field
export type Inputs = any;

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
}

export interface Graph {
  readonly app: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
  /** The exports that are built: `functions/main.lambda.handler`. */
  readonly handlers: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** How Pulumi marks a value as secret. */
const secretMark = '4dabf18193072939515e22adb298388d';

const bundle = join(platform, 'scoria-check.mjs');

/** What SST's own program does before it evaluates a sst.config.ts. */
const entry = `
  import * as pulumi from '@pulumi/pulumi';
  import * as aws from '@pulumi/aws';
  import * as sst from './src/components/index.ts';
  Object.assign(globalThis, { aws, sst });
  export { pulumi };
  export { leakedPromises } from '@pulumi/pulumi/runtime/debuggable.js';
  export { default as config } from '../../sst.config.ts';
`;

/** Bundled beside the components, so that their packages are found. */
export async function bundleConfig(): Promise<void> {
  await build({
    stdin: { contents: entry, resolveDir: platform, sourcefile: 'check.ts', loader: 'ts' },
    inject: [join(platform, 'src/shim/run.js')],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile: bundle,
    logLevel: 'error',
    banner: {
      js: "import { createRequire as require_ } from 'node:module'; const require = require_(import.meta.url);",
    },
  });
}

const child = fileURLToPath(new URL('./mocked.ts', import.meta.url));

/** What is made of a stage. Rejects with what was said when the stage is refused. */
export async function graphOf(stage: string, env: Readonly<Record<string, string>>): Promise<Graph> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, bundle, stage], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-central-1', ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  // What holds a secret is wrapped: its value is what counts here.
  const unwrapped = (_: string, value: Inputs) => (value?.[secretMark] === undefined ? value : value.value);
  return JSON.parse(stdout.slice(stdout.indexOf('{"app"')), unwrapped) as Graph;
}
