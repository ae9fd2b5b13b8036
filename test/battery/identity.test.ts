// Every operation of the identity service: what it costs, who may ask it, and that nothing hostile does harm.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { declaredRules } from '../../functions/every-service.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { signIn, type TestIdentity, type TestReply, testIdentity } from '../harness/identity.ts';
import { type IdentityActions, identityActions } from '../harness/identity-actions.ts';
import { type IdentityWorld, identityOperations, identityWorld } from '../harness/identity-world.ts';
import { fieldsOf, withField } from '../harness/samples.ts';

let to: TestIdentity;
let act: IdentityActions;
let admin: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  admin = await signIn(to, 'admin');
});
after(() => to.close());

const fresh = () => identityWorld(to, act, admin);
const shown = (operation: Operation, { status, body }: TestReply) =>
  `${operation.name}: ${status} ${JSON.stringify(body)?.slice(0, 300)}`;

async function send(world: IdentityWorld, operation: Operation, how: { path?: string; body?: unknown; as?: string }) {
  const { path = world.pathOf(operation), body = world.bodyOf(operation), as = world.tokenFor(operation) } = how;
  const token = as === '' ? {} : { token: as };
  // Also the token that is asked about, where one is.
  const headers = { 'X-Subject-Token': world.persona.token };
  return to.send(operation.method, path, { ...token, headers, ...(body === undefined ? {} : { body }) });
}

/** What is there to be found must have been made before: nobody has that grant, or is in that group. */
const findsNothing = (operation: Operation) =>
  /(grant-(check|delete)|member-(check|remove)|implication-(show|delete)|tag-(check|delete))$/.test(operation.name);

const isList = (operation: Operation) => operation.method === 'GET' && operation.name.endsWith('-list');

test(`each operation does what it is for, in 1 statement to read, 2 to list and 2 to change (${identityOperations.length})`, async () => {
  for (const operation of identityOperations) {
    const world = await fresh();
    to.database.take();
    const reply = await send(world, operation, {});
    const statements = to.database.take().filter((name) => name !== 'identity.revocations');
    const wanted = findsNothing(operation) ? 404 : operation.success;
    assert.equal(reply.status, wanted, shown(operation, reply));
    const most = operation.method === 'GET' && !isList(operation) ? 1 : 2;
    assert.ok(statements.length <= most, `${operation.name} sent ${statements.join(', ')}`);
  }
});

test('each operation is refused to who has no token, or a forged one', async () => {
  const world = await fresh();
  for (const operation of identityOperations) {
    for (const as of ['', 'forged', `${admin.slice(0, -4)}AAAA`]) {
      const reply = await send(world, operation, { as });
      assert.equal(reply.status, 401, shown(operation, reply));
    }
  }
});

test('what only an admin may is refused to everybody else by the name of its rule', async () => {
  const world = await fresh();
  const others = [await signIn(to, 'demo'), await signIn(to, 'reader')];
  let asked = 0;
  for (const operation of identityOperations) {
    const rule = operation.policy.find((one) => declaredRules[one] === 'admin');
    if (rule === undefined) continue;
    for (const as of others) {
      const reply = await send(world, operation, { as });
      assert.equal(reply.status, 403, shown(operation, reply));
      assert.ok(reply.body.error.message.includes(rule), shown(operation, reply));
      asked += 1;
    }
  }
  assert.ok(asked > 100, String(asked));
});

test('what is not refused by a rule is not told of others, nor done to them', async () => {
  const demo = await signIn(to, 'demo');
  const ofSomebody = identityOperations.filter(
    (one) => one.policy.length === 0 || one.path.includes('{user_id}') || one.path.includes('{project_id}'),
  );
  for (const operation of ofSomebody) {
    const world = await fresh();
    const reply = await send(world, operation, { as: demo });
    assert.ok([403, 404].includes(reply.status) || isOwn(reply, demoId()), shown(operation, reply));
  }
});

const demoId = () => act.userId('demo');
/** An answer that holds nothing but what is the asker's own. */
function isOwn({ status, body }: TestReply, userId: string): boolean {
  if (status !== 200) return false;
  const items = Object.values<unknown>(body).find((one) => Array.isArray(one)) as { user_id?: string }[] | undefined;
  return items?.every((one) => one.user_id === userId) === true;
}

const hostile = [
  null, true, 0, -1, 1.5, 1e308, '', ' ', '\u0000', 'a\u0000b', '\ud800', 'x'.repeat(256), 'x'.repeat(70_000),
  '😀'.repeat(255), '\u202e\u0007\u2028', "'; DROP TABLE users; --", '%00', '${x}', ':id', [], [null], [[]], {}, { a: 1 },
  { a: '\u0000' }, { '\u0000': 'a' }, { a: '\ud800' }, { a: { b: { c: [1, '\u0000'] } } }, [{}], [{ a: 1 }],
]; // biome-ignore format: a list reads best as one

const withBody = identityOperations.filter((one) => one.body !== undefined);

test(`each field of each body in turn takes each hostile value, without harm (${withBody.length} operations)`, async () => {
  for (const operation of withBody) {
    const world = await fresh();
    const whole = world.bodyOf(operation);
    const paths = operation.body === undefined ? [] : fieldsOf(operation.body).map((field) => field.path);
    const inner = Object.keys(Object(whole))[0] ?? '';
    for (const path of [...paths, [inner, 'no_such_field']]) {
      for (const value of hostile) {
        const reply = await send(world, operation, { body: withField(whole, path, value) });
        assert.ok(
          reply.status < 500,
          `${path.join('.')} ${JSON.stringify(value)?.slice(0, 60)} ${shown(operation, reply)}`,
        );
        if (reply.status >= 400) assert.equal(typeof reply.body.error.message, 'string', shown(operation, reply));
      }
    }
  }
});

test('what is no body of the operation is refused', async () => {
  const world = await fresh();
  for (const operation of withBody) {
    const [[key = '', inner] = []] = Object.entries(Object(world.bodyOf(operation)));
    const wrong = typeof inner === 'object' ? 'text' : {};
    for (const body of [{}, { unknown: {} }, { [key]: wrong }, [], 1]) {
      const reply = await send(world, operation, { body });
      assert.equal(reply.status, 400, shown(operation, reply));
    }
  }
});

test('25 random bodies for each operation do no harm', async () => {
  for (const operation of withBody) {
    const world = await fresh();
    const whole = world.bodyOf(operation);
    const fields = operation.body === undefined ? [] : fieldsOf(operation.body).map((field) => field.path);
    const inner = Object.keys(Object(whole))[0] ?? '';
    const path = fc.constantFrom(...fields, [inner, 'no_such_field'], ['no_such_field']);
    const change = fc.tuple(path, fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }));
    const bodies = fc
      .array(change, { minLength: 1, maxLength: 3 })
      .map((all) => all.reduce<unknown>((made, [at, value]) => withField(made, at, value), whole));
    const check = async (body: unknown) => {
      const reply = await send(world, operation, { body });
      assert.ok(reply.status < 500, shown(operation, reply));
    };
    await fc.assert(fc.asyncProperty(bodies, check), { seed: 20261126, numRuns: 25 });
  }
});

const words = ['%00', '%F0%9F%98%80', "'", '%25', '%2E%2E', 'x'.repeat(3000), '$(project_id)s', '%22%7D', '-1', 'null'];

test('each name in each path takes each hostile word, and finds nothing by it', async () => {
  for (const operation of identityOperations) {
    const world = await fresh();
    for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g)) {
      for (const word of words) {
        const reply = await send(world, operation, { path: world.pathOf(operation, { [name]: word }) });
        assert.ok(reply.status < 500, `${name}=${word} ${shown(operation, reply)}`);
      }
    }
  }
});

test('each query parameter takes each hostile word', async () => {
  const world = await fresh();
  for (const operation of identityOperations.filter((one) => one.method === 'GET')) {
    for (const name of [...Object.keys(operation.queryParameters ?? {}), 'limit', 'marker', 'sort_key', 'name']) {
      for (const word of ['', ...words]) {
        const path = `${world.pathOf(operation)}?${encodeURIComponent(name)}=${word}`;
        const reply = await send(world, operation, { path });
        assert.ok(reply.status < 500, `${name}=${word} ${shown(operation, reply)}`);
      }
    }
  }
});
