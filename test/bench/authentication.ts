// What authentication costs: the same requests with and without it, and the same checks with and without us around
// jose. In one process and without HTTP, which would only hide it; in turns, so that whatever else the machine does
// meets both.
//
//   npm run bench:authentication

import { decodeProtectedHeader, exportJWK, jwtVerify } from 'jose';
import { createApp } from '../../functions/app.ts';
import { storageServices } from '../../functions/every-service.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { embeddedIdentity } from '../../infra/identity/embedded.ts';
import { memoryKeyStore } from '../../infra/identity/key-store.ts';
import { nodeIdentity } from '../../infra/identity/node.ts';
import { oidcIdentity } from '../../infra/identity/oidc.ts';
import { scryptPasswords } from '../../infra/identity/passwords.ts';
import type { Actor, Grant, Identity } from '../../infra/identity/port.ts';
import { signingKeys } from '../../infra/identity/signing-keys.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { memoryNotices } from '../../infra/notices/memory.ts';
import { memoryQueue } from '../../infra/queue/memory.ts';
import { memorySecrets } from '../../infra/secrets/memory.ts';
import { people, projects } from '../harness/people.ts';
import { freshDatabase } from '../harness/scoria.ts';
import { places, seedWorld } from '../harness/world.ts';

const rounds = 60;
const requestsARound = 400;
const tokensARound = 250;

/** One way to do it: so many times, and how long each took in microseconds of the wall and of the processors. */
interface Way {
  readonly name: string;
  run(round: number): Promise<number>;
}

interface Took {
  readonly wall: number;
  readonly processor: number;
}

async function timed(way: Way, round: number): Promise<Took> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const count = await way.run(round);
  const wall = (performance.now() - begun) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall: wall / count, processor: (user + system) / count };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The ways in turns, the order turned about each round; the median of each, and of the ratios to the first one. */
async function compare(what: string, floor: Way, ways: readonly Way[], least: number): Promise<void> {
  const all = [floor, ...ways];
  const took = new Map<Way, Took[]>(all.map((way) => [way, []]));
  for (const way of all) await timed(way, rounds); // the compilers
  for (let round = 0; round < rounds; round += 1) {
    for (const way of round % 2 === 0 ? all : all.toReversed()) took.get(way)?.push(await timed(way, round));
  }
  const floors = took.get(floor) ?? [];
  process.stdout.write(`${what}\n`);
  for (const way of all) {
    const mine = took.get(way) ?? [];
    const ratio = (of: (one: Took) => number) => median(mine.map((one, n) => of(floors[n] ?? one) / of(one))) * 100;
    const rate = 1e6 / median(mine.map(({ wall }) => wall));
    const wall = ratio((one) => one.wall);
    const verdict = way === floor ? '' : wall >= least ? `, at least ${least} % wanted` : `, MISSED: ${least} % wanted`;
    process.stdout.write(
      `  ${way.name.padEnd(44)} ${rate.toFixed(0).padStart(7)}/s  ${wall.toFixed(1)} % (processor time ` +
        `${ratio((one) => one.processor).toFixed(1)} %)${verdict}\n`,
    );
  }
}

const clock = systemClock();
const ids = systemIds();
const database = await freshDatabase();
await seedWorld(database);
const keys = signingKeys({ store: memoryKeyStore(), clock, ids });
const passwords = scryptPasswords();
const embedded = () => embeddedIdentity({ database, clock, ids, log: silentLog, keys, passwords });
const { identity, keystone, load } = embedded();
await load();

const inDomain = (id: string) => ({ id, name: id, domain: { id: 'default', name: 'Default' } });
const grant = (): Grant => ({
  user: inDomain('u-member'),
  project: inDomain(projects.own),
  domain: null,
  isSystem: false,
  roles: ['member', 'reader'].map((name) => ({ id: ids.uuid().replaceAll('-', ''), name })),
  methods: ['password'],
  parentAuditId: null,
  credential: null,
  issuedAt: Math.floor(clock.now()),
  notAfter: null,
});

/** Another Keystone that knows every token, at no cost. */
const answer = {
  token: {
    user: inDomain('u-member'),
    project: inDomain(projects.own),
    roles: [{ name: 'member' }, { name: 'reader' }],
    expires_at: new Date(clock.now() + 3_600_000).toISOString(),
  },
};
const external = nodeIdentity(
  {
    tokenSeconds: 3600,
    sharesCounters: false,
    operatorAddresses: [],
    external: {
      kind: 'keystone',
      url: 'http://keystone.test',
      user: { name: 'u', password: 'p', project: 's', userDomain: 'd', projectDomain: 'd' },
    },
  },
  {
    ...{ database, clock, ids, log: silentLog, signingKeys: memoryKeyStore() },
    http: async (_url, { method }) =>
      Response.json(answer, { status: method === 'POST' ? 201 : 200, headers: { 'X-Subject-Token': 't' } }),
  },
);

const secrets = memorySecrets();
const app = (of: Identity) =>
  createApp(
    storageServices,
    {
      ...{
        database,
        clock,
        ids,
        digests: webDigests(),
        log: silentLog,
        identity: of,
        secrets,
        keys: embeddedKeys(secrets),
      },
      ...{ queue: memoryQueue({ clock }), notices: memoryNotices({ clock }) },
    },
    defaultSettings,
  );

const nobodyAsks: Identity = { authenticate: async () => people.member as Actor };
const token = (await keystone.issue(grant())).token;

function requests(name: string, of: Identity, path: string, bears: string): Way {
  const serves = app(of);
  const headers = { 'X-Auth-Token': bears, 'OpenStack-API-Version': 'volume 3.71' };
  return {
    name,
    async run() {
      for (let n = 0; n < requestsARound; n += 1) {
        const response = await serves.fetch(new Request(`http://127.0.0.1:8776${path}`, { headers }));
        if (response.status !== 200) throw new Error(`${name}: ${response.status} ${await response.text()}`);
        await response.arrayBuffer();
      }
      return requestsARound;
    },
  };
}

const show = `/v3/volumes/${places.volume_id?.own}`;
for (const [what, path] of [
  ['showing a volume (one statement on PGlite)', show],
  ['listing extensions (no statement: the harshest)', '/v3/extensions'],
] as const) {
  await compare(
    what,
    requests('without authentication', nobodyAsks, path, 'x'),
    [
      requests('a token of the embedded Keystone, known', identity, path, token),
      requests('a token of another Keystone, known', external.ports.identity, path, 'gAAAAA'.padEnd(200, 'x')),
    ],
    80,
  );
}

const inOnePiece = (text: string) => Buffer.from(text).toString('latin1');
// Every round has tokens that nobody has seen yet.
const fresh: string[][] = [];
for (let round = 0; round <= rounds; round += 1) {
  // As a header brings it: in one piece, while what has just been signed is still in parts for the first to join.
  const made = Array.from({ length: tokensARound }, async () => inOnePiece((await keystone.issue(grant())).token));
  fresh.push(await Promise.all(made));
}
const kid = decodeProtectedHeader(token).kid ?? '';
const key = await keys.find(kid);
if (key === null) throw new Error('there is no key');
const jwk = { ...(await exportJWK(key)), kid, alg: 'ES256' };

/** Sixteen under way at once. */
const checks = (name: string, check: (token: string) => Promise<unknown>): Way => ({
  name,
  async run(round) {
    const left = [...(fresh[round] ?? [])];
    const loop = async () => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) {
        if ((await check(one)) === null) throw new Error(`${name}: refused`);
      }
    };
    await Promise.all(Array.from({ length: 16 }, loop));
    return tokensARound;
  },
});

const issuer = oidcIdentity({
  ...{ issuer: 'scoria', audience: 'scoria', jwksUrl: 'http://issuer.test/keys', clock, log: silentLog },
  mapping: {
    ...{ user_id: 'sub', user_name: 'name', user_domain_id: 'none', roles: 'none' },
    ...{ project_id: 'none', project_domain_id: 'none', domain_id: 'none' },
  },
  http: async () => Response.json({ keys: [jwk] }),
});
const marks = { algorithms: ['ES256'], issuer: 'scoria', audience: 'scoria' };
await compare(
  'checking an ES256 token that nobody has seen yet',
  checks('bare jose (jwtVerify)', (one) => jwtVerify(one, key, marks)),
  [
    checks('the embedded Keystone', (one) => identity.authenticate(one)),
    checks('an OpenID issuer', (one) => issuer.authenticate(one)),
  ],
  90,
);
await database.close();
