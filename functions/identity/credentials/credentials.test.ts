import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { canary, holdsCanary } from '../../../test/harness/canaries.ts';
import { signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions, type Persona } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
let ann: Persona;
let demo: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  ann = await act.persona('ann', 'member');
  demo = await signIn(to, 'demo');
});
after(() => to.close());

const cert = canary('certificate');
const asAnn = (method: string, path: string, body?: unknown) => act.as(ann.token)(method, path, body);
const add = async (more: object, send = asAnn) => {
  const answer = await send('POST', '/credentials', { credential: { type: 'cert', blob: cert, ...more } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.credential;
};
const ec2Blob = (access: string) => JSON.stringify({ access, secret: canary('ec2') });
const ids = async (send: typeof asAnn, query = '') =>
  (await send('GET', `/credentials${query}`)).body.credentials.map((one: { id: string }) => one.id);

describe('credentials', () => {
  it('are kept for their user, sealed, and shown to the user and to admins', async () => {
    const made = await add({ project_id: ann.project.id });
    assert.deepEqual([made.blob, made.user_id, made.project_id], [cert, ann.user.id, ann.project.id]);
    const path = `/credentials/${made.id}`;
    assert.deepEqual((await asAnn('GET', path)).body.credential, made);
    assert.deepEqual((await act.asAdmin('GET', path)).body.credential, made);
    const rows = await to.database.all<{ blob: string }>(sql('test.blobs', 'SELECT c.blob FROM user_credentials c'));
    assert.ok(rows.length > 0 && rows.every((row) => !holdsCanary(row.blob) && row.blob.startsWith('s1.')));
    assert.equal((await asAnn('DELETE', path)).status, 204);
    assert.equal((await asAnn('GET', path)).status, 404);
  });

  it('of another user are not found, not listed, not made and not changed', async () => {
    const made = await add({});
    const path = `/credentials/${made.id}`;
    for (const method of ['GET', 'DELETE']) assert.equal((await act.as(demo)(method, path)).status, 404);
    assert.equal((await act.as(demo)('PATCH', path, { credential: { blob: 'x' } })).status, 404);
    const forAnn = { credential: { type: 'cert', blob: cert, user_id: ann.user.id } };
    assert.equal((await act.as(demo)('POST', '/credentials', forAnn)).status, 403);
    assert.equal((await asAnn('PATCH', path, { credential: { user_id: act.userId('demo') } })).status, 403);
    assert.deepEqual(await ids(act.as(demo), `?user_id=${ann.user.id}`), []);
    assert.ok((await ids(asAnn)).includes(made.id));
    assert.ok((await ids(act.asAdmin)).includes(made.id));
    assert.equal((await asAnn('GET', path)).body.credential.blob, cert);
  });

  it('are listed by user and by type, and changed in part', async () => {
    const made = await add({ type: 'totp', user_id: ann.user.id }, act.asAdmin);
    assert.deepEqual(await ids(act.asAdmin, `?user_id=${ann.user.id}&type=totp`), [made.id]);
    const path = `/credentials/${made.id}`;
    const changed = await asAnn('PATCH', path, { credential: { blob: canary('new'), project_id: ann.project.id } });
    assert.deepEqual(changed.body.credential, { ...made, blob: canary('new'), project_id: ann.project.id });
    assert.deepEqual((await asAnn('GET', path)).body.credential, changed.body.credential);
    const moved = await act.asAdmin('PATCH', path, { credential: { user_id: act.userId('demo'), project_id: null } });
    assert.deepEqual([moved.body.credential.user_id, moved.body.credential.project_id], [act.userId('demo'), null]);
    assert.equal((await asAnn('GET', path)).status, 404);
  });

  it('name a user and a project that are there, and go with them', async () => {
    const body = (more: object) => ({ credential: { type: 'cert', blob: cert, ...more } });
    assert.equal((await act.asAdmin('POST', '/credentials', body({ user_id: 'absent' }))).status, 404);
    assert.equal((await asAnn('POST', '/credentials', body({ project_id: 'absent' }))).status, 404);
    const made = await add({});
    assert.equal(
      (await act.asAdmin('PATCH', `/credentials/${made.id}`, { credential: { user_id: 'no' } })).status,
      404,
    );
    const { project } = (await act.asAdmin('POST', '/projects', { project: { name: 'brief' } })).body;
    const bound = await add({ user_id: ann.user.id, project_id: project.id }, act.asAdmin);
    await act.asAdmin('DELETE', `/projects/${project.id}`);
    assert.equal((await asAnn('GET', `/credentials/${bound.id}`)).status, 404);
    const leaving = await act.persona('leaving', 'member');
    await add({}, act.as(leaving.token));
    assert.equal((await act.asAdmin('DELETE', `/users/${leaving.user.id}`)).status, 204);
    assert.deepEqual(await ids(act.asAdmin, `?user_id=${leaving.user.id}`), []);
  });

  it('that cannot be opened any more are shown empty, and get another blob or go', async () => {
    const [made, other] = [await add({}), await add({})];
    const lines: string[] = [];
    const heard = to.watch.listen((line) => void lines.push(line));
    await to.database.all(sql('test.damage', "UPDATE user_credentials SET blob = 's1.gone.x.y' WHERE id = :id::text"), {
      id: made.id,
    });
    const path = `/credentials/${made.id}`;
    assert.equal((await asAnn('GET', path)).body.credential.blob, '');
    assert.equal((await asAnn('GET', '/credentials')).status, 200);
    assert.equal((await asAnn('GET', `/credentials/${other.id}`)).body.credential.blob, cert);
    heard();
    assert.ok(lines.some((line) => line.includes('credential-cannot-be-opened') && line.includes(made.id)));
    assert.equal((await asAnn('PATCH', path, { credential: { type: 'x509' } })).status, 409);
    assert.equal((await asAnn('PATCH', path, { credential: { blob: cert } })).body.credential.blob, cert);
    assert.equal((await asAnn('DELETE', path)).status, 204);
  });

  it('are at most a hundred for each user', async () => {
    const many = await act.persona('many', 'member');
    for (let n = 0; n < 100; n += 1) await add({}, act.as(many.token));
    const body = { credential: { type: 'cert', blob: cert } };
    assert.equal((await act.as(many.token)('POST', '/credentials', body)).status, 403);
    assert.equal((await ids(act.as(many.token))).length, 100);
  });
});

describe('EC2 credentials', () => {
  const path = () => `/users/${ann.user.id}/credentials/OS-EC2`;

  it('are made for a project, found by their access key, and are credentials like others', async () => {
    const answer = await asAnn('POST', path(), { tenant_id: ann.project.id });
    assert.equal(answer.status, 201);
    const { credential } = answer.body;
    assert.deepEqual(
      [credential.user_id, credential.tenant_id, credential.trust_id, credential.secret.length > 20],
      [ann.user.id, ann.project.id, null, true],
    );
    const one = `${path()}/${credential.access}`;
    assert.deepEqual((await asAnn('GET', one)).body.credential, credential);
    assert.deepEqual((await asAnn('GET', path())).body.credentials, [credential]);
    const [id] = await ids(asAnn, '?type=ec2');
    const { blob } = (await asAnn('GET', `/credentials/${id}`)).body.credential;
    assert.deepEqual(JSON.parse(blob), { access: credential.access, secret: credential.secret });
    assert.equal((await act.as(demo)('GET', one)).status, 403);
    assert.equal(
      (await act.as(demo)('GET', `/users/${act.userId('demo')}/credentials/OS-EC2/${credential.access}`)).status,
      404,
    );
    assert.equal((await asAnn('DELETE', one)).status, 204);
    assert.equal((await asAnn('DELETE', one)).status, 404);
  });

  it('that are brought have the id of their access key, which may be another one later', async () => {
    const made = await add({ type: 'ec2', blob: ec2Blob('key-1'), project_id: ann.project.id });
    assert.match(made.id, /^[0-9a-f]{64}$/);
    assert.equal((await asAnn('GET', `${path()}/key-1`)).body.credential.access, 'key-1');
    const again = { credential: { type: 'ec2', blob: ec2Blob('key-1'), project_id: ann.project.id } };
    assert.equal((await asAnn('POST', '/credentials', again)).status, 409);
    const one = `/credentials/${made.id}`;
    const secret = JSON.stringify({ access: 'key-1', secret: canary('other') });
    assert.equal((await asAnn('PATCH', one, { credential: { blob: secret } })).status, 200);
    const wrong = [{ blob: 'x' }, { type: 'cert' }, { project_id: null }];
    for (const credential of wrong) assert.equal((await asAnn('PATCH', one, { credential })).status, 400);
    const renamed = await asAnn('PATCH', one, { credential: { blob: ec2Blob('key-2') } });
    assert.equal(renamed.body.credential.id, made.id);
    assert.equal((await asAnn('GET', `${path()}/key-1`)).status, 404);
    assert.equal((await asAnn('GET', `${path()}/key-2`)).body.credential.access, 'key-2');
    const other = await add({});
    const asEc2 = { type: 'ec2', blob: ec2Blob('key-3'), project_id: ann.project.id };
    assert.equal((await asAnn('PATCH', `/credentials/${other.id}`, { credential: asEc2 })).status, 400);
    for (const bad of [
      { blob: 'x' },
      { blob: '{"access": 1}' },
      { blob: '{"access": "\\ud800", "secret": "x"}' },
      { blob: '[]' },
      { blob: 'null' },
      { project_id: null },
    ]) {
      const credential = { ...again.credential, ...bad };
      assert.equal((await asAnn('POST', '/credentials', { credential })).status, 400, JSON.stringify(bad));
    }
  });

  it('are for a user and a project that are there', async () => {
    assert.equal((await asAnn('POST', path(), { tenant_id: 'absent' })).status, 404);
    const body = { tenant_id: ann.project.id };
    assert.equal((await act.asAdmin('POST', '/users/absent/credentials/OS-EC2', body)).status, 404);
    assert.equal((await act.as(demo)('POST', path(), body)).status, 403);
  });
});

describe('credentials for a project that their user has no role on', () => {
  const ec2 = () => `/users/${ann.user.id}/credentials/OS-EC2`;
  const rows = async () => (await act.asAdmin('GET', `/credentials?user_id=${ann.user.id}`)).body.credentials;

  it('are not made, whatever their type, nor are others moved there', async () => {
    const foreign = (await act.persona('foreign', 'member')).project.id;
    const ec2Body = { type: 'ec2', blob: ec2Blob('key-9'), project_id: foreign };
    const mine = await add({ project_id: ann.project.id });
    const before = await rows();
    const tries = [
      () => asAnn('POST', ec2(), { tenant_id: foreign }),
      () => asAnn('POST', '/credentials', { credential: ec2Body }),
      () => asAnn('POST', '/credentials', { credential: { type: 'cert', blob: cert, project_id: foreign } }),
      () => asAnn('PATCH', `/credentials/${mine.id}`, { credential: { project_id: foreign } }),
    ];
    for (const [n, send] of tries.entries()) assert.equal((await send()).status, 403, `try ${n}`);
    assert.deepEqual(await rows(), before);
  });

  it('are made once a group brings the user there, and not after it has gone', async () => {
    const { project } = (await act.asAdmin('POST', '/projects', { project: { name: 'joined' } })).body;
    const { group } = (await act.asAdmin('POST', '/groups', { group: { name: 'joining' } })).body;
    const grant = `/projects/${project.id}/groups/${group.id}/roles/${await act.roleId('reader')}`;
    await act.asAdmin('PUT', grant);
    const make = async () => (await asAnn('POST', ec2(), { tenant_id: project.id })).status;
    assert.equal(await make(), 403);
    await act.asAdmin('PUT', `/groups/${group.id}/users/${ann.user.id}`);
    to.pass(1);
    assert.equal(await make(), 201);
    await act.asAdmin('DELETE', grant);
    to.pass(1);
    ann = { ...ann, token: await signIn(to, 'ann', ann.scope, ann.password) };
    assert.equal(await make(), 403);
  });

  it('are kept by an admin for what is to come', async () => {
    const { project } = (await act.asAdmin('POST', '/projects', { project: { name: 'later' } })).body;
    assert.equal((await act.asAdmin('POST', ec2(), { tenant_id: project.id })).status, 201);
  });

  it('are not made with an application credential, which may be restricted and which they would outlive', async () => {
    const made = await asAnn('POST', `/users/${ann.user.id}/application_credentials`, {
      application_credential: { name: 'restricted' },
    });
    const { id, secret } = made.body.application_credential;
    const identity = { methods: ['application_credential'], application_credential: { id, secret } };
    const signed = await to.send('POST', '/auth/tokens', { body: { auth: { identity } } });
    const send = act.as(signed.headers.get('x-subject-token') ?? '');
    const mine = await add({});
    assert.equal((await send('POST', ec2(), { tenant_id: ann.project.id })).status, 403);
    assert.equal((await send('POST', '/credentials', { credential: { type: 'cert', blob: cert } })).status, 403);
    assert.equal((await send('PATCH', `/credentials/${mine.id}`, { credential: { blob: cert } })).status, 403);
  });
});
