// Functions as they are deployed: one minified file each, made by esbuild as SST makes it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../harness/sources.ts';

export interface Bundle {
  readonly path: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** What it is made of, the largest first: a path or `node_modules/NAME`, and its bytes. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

// Some packages of CommonJS ask for modules of Node by require().
const banner = `import{createRequire as r}from'node:module';const require=r(import.meta.url);`;

/** Bundles a module of ours (`functions/main.lambda.ts`) into a folder, at the same place in it. */
export async function bundle(entry: string, folder: string): Promise<Bundle> {
  const path = join(folder, entry.replace(/\.ts$/, '.mjs'));
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: banner },
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const sums = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const name = /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? input.split('/').slice(0, 2).join('/');
    sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
  }
  const parts = [...sums].sort((a, b) => b[1] - a[1]);
  return { path, bytes: contents.length, gzipBytes: gzipSync(contents).length, parts };
}
