// npm run bench:cold [-- ROUNDS]: what a cold start of the API as a function takes, and of what. The bundle that is
// deployed, in a process of its own under a Runtime API, on the emulated Data API; medians. A machine that does other
// things as well measures those.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMigrations } from '../../infra/database/migrations.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { emulated } from '../emulators/data-api/emulated.ts';
import { startDataApi } from '../emulators/data-api/server.ts';
import { bundle } from '../lambda/bundle.ts';
import { apiEvent } from '../lambda/event.ts';
import { lambdaFunction } from '../lambda/function.ts';
import { startIssuer } from '../lambda/issuer.ts';

const rounds = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'scoria-cold-'));
const issuer = await startIssuer();
const data = await startDataApi({ backend: { template: await databaseTemplate(readMigrations()) } });
const api = await bundle('functions/main.lambda.ts', folder);
const bare = join(folder, 'bare.mjs');
// What every API needs of Node: requests and answers, and HTTPS to its database.
writeFileSync(bare, "import 'node:https'; new Response(); export const handler = () => ({ statusCode: 200 });\n");

const token = await issuer.token({ project_id: 'a0000000000000000000000000000001', roles: ['member', 'reader'] });
const event = apiEvent('GET', '/v3/volumes', { headers: { 'x-auth-token': token } });
const env = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
  DATABASE_URL: emulated(data.url),
  SCORIA_SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  ...{ SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_AUDIENCE: 'scoria', RUNTIME_SAYS: 'yes' },
  ...{ SCORIA_OIDC_ISSUER: issuer.url, SCORIA_OIDC_JWKS: `${issuer.url}/keys` },
};

interface Start {
  readonly inAll: number;
  readonly imported: number;
  readonly processor: number;
  readonly answer: number;
  readonly next: number;
}

/** From the start of the process to its first answer, and the one after. */
async function start(path: string): Promise<Start> {
  let said = '';
  const made = await lambdaFunction({
    path,
    env,
    onError: (text) => {
      said += text;
    },
  });
  const ask = async () => {
    const since = performance.now();
    const { statusCode, body } = (await made.invoke(event)) as { statusCode: number; body: string };
    if (statusCode !== 200) throw new Error(`${statusCode} ${body}`);
    return performance.now() - since;
  };
  const inAll = await ask();
  const next = await ask();
  await made.close();
  const number = (name: string) => Number(new RegExp(`${name} ([\\d.]+) ms`).exec(said)?.[1]);
  return { inAll, next, imported: number('import'), processor: number('processor'), answer: number('answer') };
}

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
const starts: Start[] = [];
const bares: Start[] = [];
for (let n = 0; n < rounds; n += 1) {
  bares.push(await start(bare));
  starts.push(await start(api.path));
}
const line = (what: string, of: (one: Start) => number, without = true) => {
  const floor = without ? `${median(bares.map(of)).toFixed(0)} ms` : '';
  console.log(`${what.padEnd(58)}${`${median(starts.map(of)).toFixed(0)} ms`.padStart(8)}${floor.padStart(20)}`);
};
const [one, five] = loadavg();
console.log(`${rounds} cold starts; load of this machine ${one?.toFixed(1)} ${five?.toFixed(1)}`);
console.log(`${''.padEnd(58)}${'the API'.padStart(8)}${'an empty function'.padStart(20)}`);
line('process and Node, until the import begins', ({ inAll, imported, answer }) => inAll - imported - answer);
line('import', ({ imported }) => imported);
line('  of which processor time, all threads', ({ processor }) => processor);
line('first answer: the token, a list of volumes, one statement', ({ answer }) => answer);
line('in all, until the first answer', ({ inAll }) => inAll);
line('the answer after it', ({ next }) => next);
await data.close();
await issuer.close();
rmSync(folder, { recursive: true });
