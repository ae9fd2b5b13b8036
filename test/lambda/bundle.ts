// Functions as they are deployed: minified files, made by esbuild as SST makes them with `nodejs: { splitting: true }`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { root } from '../harness/sources.ts';

export interface Bundle {
  /** The file with the handler. */
  readonly path: string;
  /** Of all files. */
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Of the files that a cold start loads, and of those that these modules make it load: by settings. */
  loaded(...modules: readonly string[]): { readonly bytes: number; readonly gzipBytes: number };
  /** What it is made of, the largest first: a path or `node_modules/NAME`, and its bytes. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

// Some packages of CommonJS ask for modules of Node by require().
const banner = `import{createRequire as topLevelCreateRequire}from'node:module';const require=topLevelCreateRequire(import.meta.url);`;

/** Bundles a module of ours (`functions/main.lambda.ts`) into a folder, at the same place in it. */
export async function bundle(entry: string, folder: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: join(folder, dirname(entry)),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
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
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(root, path), contents]));
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  return {
    path: join(root, outputOf(metafile.outputs, entry)),
    ...sizeOf([...files.values()]),
    loaded(...modules) {
      const found = new Set<string>();
      for (const one of [entry, ...modules]) closure(metafile.outputs, outputOf(metafile.outputs, one), found);
      return sizeOf([...found].flatMap((path) => files.get(path) ?? []));
    },
    parts: partsOf(metafile.outputs),
  };
}

/** The file that stands for a module. */
function outputOf(outputs: Metafile['outputs'], module: string): string {
  const found = Object.entries(outputs).find(([, one]) => one.entryPoint === module);
  if (found === undefined) throw new Error(`${module} has no file of its own`);
  return found[0];
}

/** Adds a file, and those that it imports at once. */
function closure(outputs: Metafile['outputs'], path: string, found: Set<string>): void {
  if (found.has(path)) return;
  found.add(path);
  for (const one of outputs[path]?.imports ?? []) {
    if (one.kind === 'import-statement' && !one.external) closure(outputs, one.path, found);
  }
}

function sizeOf(files: readonly Uint8Array[]) {
  const sum = (of: (one: Uint8Array) => number) => files.reduce((all, one) => all + of(one), 0);
  return { bytes: sum((one) => one.length), gzipBytes: sum((one) => gzipSync(one, { level: 9 }).length) };
}

function partsOf(outputs: Metafile['outputs']): readonly (readonly [name: string, bytes: number])[] {
  const sums = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? input.split('/').slice(0, 2).join('/');
    sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}
