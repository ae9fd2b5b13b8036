// Makes dist/, the JavaScript that the npm package carries: Node strips no types under node_modules. `npm pack` calls it.
//
//   node bin/run.mjs --dev bin/package.mjs
//
// Each module that the command needs becomes one file at the same place, so that what is found beside a module
// (migrations, threads, package.json) is found in the package too.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const common = { absWorkingDir: root, platform: 'node', format: 'esm', target: 'node24', bundle: true, outdir: dist };

/** Modules that are started by their address: `new URL('./name.ts', import.meta.url)`. */
const started = /new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g;

/** Every module that these need, by import or by address. */
async function modulesOf(entries) {
  const { metafile } = await build({
    ...common,
    entryPoints: entries,
    packages: 'external',
    write: false,
    metafile: true,
  });
  const found = Object.keys(metafile.inputs);
  const more = found.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(started)].map((one) => join(dirname(path), `${one[1]}.ts`)),
  );
  const missing = more.filter((path) => !found.includes(path) && !entries.includes(path));
  return missing.length === 0 ? found : modulesOf([...entries, ...missing]);
}

/** Leaves every import outside and gives it the name that it has in the package. */
const oneByOne = {
  name: 'one file a module',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    );
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(started, "new URL('$1.js', import.meta.url)"),
    }));
  },
};

rmSync(dist, { recursive: true, force: true });
const entryPoints = (await modulesOf(['bin/scoria.ts'])).map((path) => `./${path}`);
await build({ ...common, entryPoints, outbase: root, packages: 'external', plugins: [oneByOne], logLevel: 'warning' });
cpSync(join(root, 'schema/migrations'), join(dist, 'schema/migrations'), { recursive: true });
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type: 'module' }, null, 2)}\n`);
process.stderr.write(`scoria: ${entryPoints.length} modules written to ${dist}\n`);
