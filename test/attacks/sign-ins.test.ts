// Attacks on signing in: floods, guessing, locking others out, and finding out who there is.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createApp } from '../../functions/app.ts';
import { everyService } from '../../functions/every-service.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { scryptPasswords } from '../../infra/identity/passwords.ts';
import { canary } from '../harness/canaries.ts';
import { passwordAuth, type TestIdentity, testIdentity } from '../harness/identity.ts';
import { identityActions } from '../harness/identity-actions.ts';
import { signInBody } from './asking.ts';

let to: TestIdentity;
let send: (path: string, body: unknown, address: string) => Promise<Response>;
beforeEach(async () => {
  to = await testIdentity();
  const app = createApp(everyService, to.ports, { ...defaultSettings, proxies: 1 });
  send = async (path, body, address) =>
    app.request(`http://keystone.test/identity/v3${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
      body: JSON.stringify(body),
    });
});
afterEach(() => to.close());

const [stranger, home] = ['192.0.2.66', '198.51.100.1'];
const attempt = async (name: string, password: string, address: string) =>
  (await send('/auth/tokens', passwordAuth(name, password), address)).status;
const right = (name: string) => canary(`${name}-secret`);

describe('a flood of sign-ins', () => {
  it('is told what it is refused for, and when to come again', async () => {
    const passwords = scryptPasswords({ concurrency: 1, maxAtDoor: 1 });
    const app = createApp(
      everyService,
      { ...to.ports, keystone: { ...to.ports.keystone, passwords } },
      defaultSettings,
    );
    const ask = (n: number) =>
      app.request('http://keystone.test/identity/v3/auth/tokens', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: signInBody(`nobody-${n}`, 'wrong'),
      });
    const told = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(n)));
    const refused = told.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0);
    assert.equal(told.filter(({ status }) => status === 401).length, 12 - refused.length);
    assert.equal(refused[0]?.headers.get('retry-after'), '5');
    assert.match((await refused[0]?.text()) ?? '', /Too many passwords are being checked/);
  });
});

describe('what a flood leaves to others', () => {
  /**
   * The app with a door that one at a time passes, 230 strangers before it, and how many of them reach the database.
   */
  function flooded(path: string, bodyOf: (n: number) => unknown) {
    let [letIn, most] = [0, 0];
    const all = to.database.all;
    const slow = async <Row>(...asked: Parameters<typeof all>) => {
      letIn += 1;
      most = Math.max(most, letIn);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return all<Row>(...asked).finally(() => {
        letIn -= 1;
      });
    };
    const ports = { ...to.ports, database: { ...to.database, all: slow } };
    const app = createApp(everyService, ports, { ...defaultSettings, proxies: 1 });
    const ask = async (where: string, body: unknown) => {
      const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': stranger };
      const url = `http://keystone.test/identity/v3${where}`;
      return (await app.request(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    };
    const flood = Array.from({ length: 230 }, (_, n) => ask(path, bodyOf(n)));
    return { ask, flood, mostAtOnce: () => most };
  }

  it('is the database: few sign-ins at once are looked up, and a right one from the same address passes at once', async () => {
    const { ask, flood, mostAtOnce } = flooded('/auth/tokens', (n) => passwordAuth(`nobody-${n}`, 'wrong'));
    const first = await Promise.race([
      ask('/auth/tokens', passwordAuth('demo', right('demo'))),
      Promise.all(flood).then(() => 'after the flood'),
    ]);
    assert.equal(first, 201);
    const told = await Promise.all(flood);
    assert.ok(told.filter((status) => status === 429).length > 150, `${told}`);
    assert.ok(told.every((status) => status === 401 || status === 429));
    assert.ok(mostAtOnce() <= 5, `${mostAtOnce()} at once`);
  });

  it('is the database, when passwords are changed and not signed in with', async () => {
    const change = { user: { original_password: 'wrong', password: canary('new') } };
    const { flood, mostAtOnce } = flooded('/users/nobody/password', () => change);
    await Promise.all(flood);
    assert.ok(mostAtOnce() <= 5, `${mostAtOnce()} at once`);
  });

  it('is a sign-in with a password that an admin has given a moment ago', async () => {
    const act = await identityActions(to);
    const ann = await act.persona('ann', 'member');
    const { ask, flood } = flooded('/auth/tokens', (n) => passwordAuth(`nobody-${n}`, 'wrong'));
    const first = await Promise.race([
      ask('/auth/tokens', passwordAuth('ann', ann.password)),
      Promise.all(flood).then(() => 'after the flood'),
    ]);
    assert.equal(first, 201);
    await Promise.all(flood);
  });
});

describe('guessing at an account', () => {
  it('from one address keeps nobody out who comes from another, and lets no guess count there', async () => {
    const all: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      all.push(await attempt('demo', `wrong ${n}`, stranger));
      to.pass(30); // twenty in ten minutes
      assert.equal(await attempt('demo', right('demo'), home), 201);
    }
    assert.ok(all.includes(429), `${all}`);
    assert.equal(await attempt('demo', right('demo'), '203.0.113.7'), 201);
  });

  it('from many addresses closes it to strangers only: whoever signed in before, and the operator, come in', async () => {
    assert.equal(await attempt('admin', right('admin'), home), 201);
    for (let n = 0; n < 100; n += 1) assert.equal(await attempt('admin', 'wrong', `192.0.2.${n}`), 401);
    const told = await send('/auth/tokens', passwordAuth('admin', right('admin')), '203.0.113.7');
    assert.deepEqual([told.status, told.headers.get('retry-after')], [429, '300']);
    assert.equal(await attempt('admin', right('admin'), home), 201);
    assert.equal(await attempt('admin', right('admin'), '127.0.0.1'), 201);
    to.pass(300);
    assert.equal(await attempt('admin', right('admin'), '203.0.113.7'), 201);
  });

  it('by changing its password is slowed down as signing in is, and counted with it', async () => {
    const id = to.users.find((user) => user.name === 'demo')?.userId ?? '';
    const change = { user: { original_password: 'wrong', password: canary('new') } };
    for (let n = 0; n < 5; n += 1) assert.equal((await send(`/users/${id}/password`, change, stranger)).status, 401);
    assert.equal((await send(`/users/${id}/password`, change, stranger)).status, 429);
    assert.equal(await attempt('demo', right('demo'), stranger), 429);
    assert.equal(await attempt('demo', right('demo'), home), 201);
  });

  it('by the secret of an application credential closes the credential, not its user, and only there', async () => {
    const act = await identityActions(to);
    const ann = await act.persona('ann', 'member');
    const made = await act.as(ann.token)('POST', `/users/${ann.user.id}/application_credentials`, {
      application_credential: { name: 'guessed' },
    });
    const { id, secret } = made.body.application_credential;
    const by = async (credential: object, address: string) => {
      const identity = { methods: ['application_credential'], application_credential: credential };
      return (await send('/auth/tokens', { auth: { identity } }, address)).status;
    };
    const named = { name: 'guessed', user: { name: 'ann', domain: { name: 'Default' } } };
    for (let n = 0; n < 3; n += 1) assert.equal(await by({ id, secret: 'wrong' }, stranger), 401);
    for (let n = 0; n < 2; n += 1) assert.equal(await by({ ...named, secret: 'wrong' }, stranger), 401);
    assert.equal(await by({ id, secret }, stranger), 429);
    assert.equal(await by({ id, secret }, home), 201);
    assert.equal(await attempt('ann', ann.password, stranger), 201);
  });
});

describe('who there is', () => {
  const wrong = 'wrong';
  /** The ways to name a user, by turns. */
  const waysOf = (name: string) => [
    { name, domain: { id: 'default' }, password: wrong },
    { name, domain: { name: 'Default' }, password: wrong },
  ];
  const ask = async (user: object) => {
    const told = await send(
      '/auth/tokens',
      { auth: { identity: { methods: ['password'], password: { user } } } },
      stranger,
    );
    return [told.status, told.headers.get('retry-after'), await told.text()];
  };

  it('is told by no wrong password, however many there are and however the domain is named', async () => {
    const told = { demo: [] as unknown[], nobody: [] as unknown[] };
    for (let n = 0; n < 14; n += 1) {
      for (const name of ['demo', 'nobody'] as const) told[name].push(await ask(waysOf(name)[n % 2] ?? {}));
    }
    assert.deepEqual(told.demo, told.nobody);
    assert.deepEqual(told.demo.map((one) => (one as [number])[0]).slice(4), [401, ...Array(9).fill(429)]);
  });

  it('is told by no wrong password of a user whose account is never closed', async () => {
    const act = await identityActions(to);
    const ann = await act.persona('ann', 'member');
    const options = { ignore_lockout_failure_attempts: true };
    await act.asAdmin('PATCH', `/users/${ann.user.id}`, { user: { options } });
    for (let n = 0; n < 8; n += 1) {
      const [one, other] = waysOf('ann');
      assert.deepEqual(await ask((n % 2 === 0 ? one : other) ?? {}), await ask(waysOf('nobody')[n % 2] ?? {}));
    }
    assert.equal(await attempt('ann', ann.password, stranger), 201);
  });

  it('is told by no time: the work is the same for everybody, also while they wait', async () => {
    const worked: (string | null)[] = [];
    const { passwords } = to.ports.keystone;
    const verify = passwords.verify;
    Object.assign(passwords, {
      verify: (password: string, encoded: string | null, one: Parameters<typeof verify>[2]) => {
        worked.push(encoded === null ? null : 'kept');
        return verify(password, encoded, one);
      },
    });
    for (let n = 0; n < 10; n += 1) for (const name of ['demo', 'nobody']) await ask(waysOf(name)[n % 2] ?? {});
    assert.deepEqual(worked, Array.from({ length: 10 }, () => ['kept', null]).flat());
  });
});
