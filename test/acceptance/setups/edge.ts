// The API as a Worker in workerd, from the bundle that wrangler deploys.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, makeBundle } from '../../edge/bundle.ts';
import { freePort, root, spawned, temporaryFolder, until, within } from '../programs.ts';

export async function startWorkerd(variables: Readonly<Record<string, string>>) {
  await makeBundle();
  const folder = temporaryFolder();
  const { compatibility_date, compatibility_flags } = JSON.parse(
    readFileSync(join(root, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
  );
  const config = join(folder, 'wrangler.json');
  // wrangler watches it: another build beside would begin the Worker anew in the middle of a request.
  const main = join(folder, 'main.js');
  copyFileSync(bundle, main);
  const worker = { name: 'edge', main, compatibility_date, compatibility_flags, no_bundle: true };
  writeFileSync(config, JSON.stringify({ ...worker, vars: variables }));
  const port = String(await freePort());
  const wrangler = spawned(
    process.execPath,
    [
      ...[join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev', '--config', config],
      ...['--local', '--ip', '127.0.0.1', '--port', port],
    ],
    folder,
    { CI: 'true', HOME: folder, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', NO_COLOR: '1' },
  );
  const url = `http://127.0.0.1:${port}`;
  await until(
    () => fetch(`${url}/healthcheck`).catch(() => null),
    (told) => told?.status === 200,
    120_000,
  ).catch((error: unknown) => {
    throw new Error(`workerd: ${wrangler.said.stdout} ${wrangler.said.stderr}`, { cause: error });
  });
  return {
    url,
    async close() {
      wrangler.child.kill('SIGINT'); // it ends its workerd
      await within(wrangler.ended, 'the end of wrangler');
    },
  };
}
