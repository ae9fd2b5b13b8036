// The same requests to any Keystone: what it says to each, but for ids, times and secrets.

import { throughDomainRoles, throughGrants, throughRoles } from './scenario-roles.ts';
import { type Ask, byPassword, type Known, type Walk } from './walk.ts';

/** What was told to one request. */
export interface Told {
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
}

/**
 * Its keys with the kinds of their values; of lists the first item. Ids, times and links differ, and their kinds do
 * not. `extra` is a second copy of what else is there, which Keystone has in some answers to PATCH only.
 */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).filter(([key]) => key !== 'links' && key !== 'extra');
  const named = entries.map(([key, one]) => [/^[0-9a-f]{32}$/.test(key) ? 'ID' : key, shapeOf(one)] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function throughDomains({ ask }: Walk) {
  const domain = (await ask('domain', 'POST', '/domains', { domain: { name: 'd', x: 'y', tags: ['t'] } })).body.domain;
  await ask('domain again', 'POST', '/domains', { domain: { name: 'd' } });
  await ask('domain shown', 'GET', `/domains/${domain.id}`);
  await ask('domain changed', 'PATCH', `/domains/${domain.id}`, { domain: { description: 'e', x: 'z' } });
  await ask('domain enabled is not deleted', 'DELETE', `/domains/${domain.id}`);
  return { domain };
}

async function throughProjects({ ask }: Walk, { domain }: Known) {
  const made = { name: 'p', description: 'd', tags: ['a', 'b'], team: 'x', options: { immutable: true } };
  const project = (await ask('project', 'POST', '/projects', { project: made })).body.project;
  const path = `/projects/${project.id}`;
  await ask('project again', 'POST', '/projects', { project: { name: 'p' } });
  await ask('project immutable is not changed', 'PATCH', path, { project: { name: 'q' } });
  await ask('project immutable is not deleted', 'DELETE', path);
  await ask('project made mutable', 'PATCH', path, { project: { options: { immutable: false } } });
  await ask('project changed', 'PATCH', path, { project: { name: 'q', team: 'y' } });
  await ask('project keeps its domain', 'PATCH', path, { project: { domain_id: domain.id } });
  await ask('project of a domain that is not there', 'POST', '/projects', { project: { name: 'z', domain_id: 'no' } });
  await ask('project below none', 'POST', '/projects', { project: { name: 'z', parent_id: 'no' } });
  await ask('project without a name', 'POST', '/projects', { project: { description: 'x' } });
  await ask('project with an empty name', 'POST', '/projects', { project: { name: '' } });
  await ask('project with a long name', 'POST', '/projects', { project: { name: 'x'.repeat(65) } });
  await ask('project with an unknown option', 'POST', '/projects', { project: { name: 'z', options: { no: true } } });
  await ask('project with a wrong tag', 'POST', '/projects', { project: { name: 'z', tags: ['a,b'] } });
  const below = (await ask('project below', 'POST', '/projects', { project: { name: 'r', parent_id: project.id } }))
    .body.project;
  await ask('project with children is not deleted', 'DELETE', path);
  return { project, path, below };
}

async function throughHierarchies({ ask }: Walk, { path, below }: Known) {
  for (const query of ['parents_as_ids', 'parents_as_list', 'subtree_as_ids', 'subtree_as_list']) {
    await ask(`project below with ${query}`, 'GET', `/projects/${below.id}?${query}`);
    await ask(`project above with ${query}`, 'GET', `${path}?${query}`);
  }
  await ask('projects by tags', 'GET', '/projects?tags=a,b');
  await ask('projects by any tag', 'GET', '/projects?tags-any=a,z');
  await ask('projects by no tag', 'GET', '/projects?not-tags-any=a&name=q');
  await ask('projects that act as domains', 'GET', '/projects?is_domain=true&name=d');
  await ask('tags', 'GET', `${path}/tags`);
  await ask('tag added', 'PUT', `${path}/tags/c`);
  await ask('tag there', 'GET', `${path}/tags/c`);
  await ask('tag taken', 'DELETE', `${path}/tags/c`);
  await ask('tag not there', 'GET', `${path}/tags/c`);
  await ask('tags replaced', 'PUT', `${path}/tags`, { tags: ['x'] });
  await ask('tags taken', 'DELETE', `${path}/tags`);
}

async function throughActingProjects({ ask }: Walk) {
  const acting = (await ask('acting project', 'POST', '/projects', { project: { name: 'act', is_domain: true } })).body
    .project;
  await ask('acting project as a domain', 'GET', `/domains/${acting.id}`);
  await ask('acting project stays one', 'PATCH', `/projects/${acting.id}`, { project: { is_domain: false } });
  await ask('acting project enabled is not deleted', 'DELETE', `/projects/${acting.id}`);
}

async function throughUsers({ ask }: Walk, { project }: Known) {
  const options = { lock_password: true, ignore_password_expiry: false };
  const wanted = {
    name: 'u',
    password: 'pw-u',
    email: 'e',
    description: 'd',
    default_project_id: project.id,
    floor: 3,
    options,
  };
  const user = (await ask('user', 'POST', '/users', { user: wanted })).body.user;
  const ofUser = `/users/${user.id}`;
  await ask('user shown', 'GET', ofUser);
  await ask('user without a password', 'POST', '/users', { user: { name: 'v' } });
  await ask('user again', 'POST', '/users', { user: { name: 'u' } });
  await ask('user of a domain that is not there', 'POST', '/users', { user: { name: 'w', domain_id: 'no' } });
  await ask('user with a wrong flag', 'POST', '/users', { user: { name: 'w', enabled: 'maybe' } });
  await ask('user absent', 'GET', '/users/no');
  await ask('user absent is not deleted', 'DELETE', '/users/no');
  await ask('user with an unknown option', 'POST', '/users', { user: { name: 'w', options: { no: true } } });
  await ask('user with a wrong option', 'POST', '/users', { user: { name: 'w', options: { lock_password: 'x' } } });
  await ask('user changed', 'PATCH', ofUser, { user: { floor: 4, options: { lock_password: null } } });
  await ask('user keeps its id', 'PATCH', ofUser, { user: { id: 'other' } });
  await ask('users who come from elsewhere', 'GET', '/users?idp_id=x');
  return { user, ofUser };
}

async function throughGroups({ ask }: Walk, { user }: Known) {
  const group = (await ask('group', 'POST', '/groups', { group: { name: 'g', cost: 1 } })).body.group;
  await ask('group changed', 'PATCH', `/groups/${group.id}`, { group: { cost: 2 } });
  await ask('group again', 'POST', '/groups', { group: { name: 'g' } });
  await ask('group of a domain that is not there', 'POST', '/groups', { group: { name: 'w', domain_id: 'no' } });
  await ask('member that is not there', 'PUT', `/groups/${group.id}/users/no`);
  await ask('member not yet', 'HEAD', `/groups/${group.id}/users/${user.id}`);
  await ask('members none', 'GET', `/groups/${group.id}/users`);
  await ask('members of no group', 'GET', '/groups/no/users');
  await ask('member added', 'PUT', `/groups/${group.id}/users/${user.id}`);
  await ask('member there', 'HEAD', `/groups/${group.id}/users/${user.id}`);
}

async function throughTokens({ ask, signIn, admin }: Walk, { project, domain, ofUser }: Known) {
  const signed = await signIn('signed in', byPassword('u', 'pw-u', { project: { id: project.id } }));
  const own = signed.token ?? '';
  await signIn('signed in without a scope', byPassword('u', 'pw-u', 'unscoped'));
  await signIn('signed in with a wrong password', byPassword('u', 'no'));
  await ask('own token', 'GET', '/auth/tokens?nocatalog', undefined, own, { 'X-Subject-Token': own });
  await ask('own projects', 'GET', '/auth/projects', undefined, own);
  await ask('own user', 'GET', ofUser, undefined, own);
  await ask('own domains', 'GET', '/auth/domains', undefined, own);
  await ask('own system', 'GET', '/auth/system', undefined, own);
  await ask('own token by HEAD', 'HEAD', '/auth/tokens', undefined, own, { 'X-Subject-Token': own });
  await ask('token that is none', 'GET', '/auth/tokens', undefined, admin, { 'X-Subject-Token': 'no' });
  await ask('nobody asks', 'GET', '/users', undefined, 'no');
  await signIn('signed in for a project that is not there', byPassword('u', 'pw-u', { project: { id: 'no' } }));
  await signIn('signed in by no method', { identity: { methods: [] } });
  await signIn('signed in by a method that is not there', { identity: { methods: ['magic'], magic: {} } });
  await signIn('signed in by a token', { identity: { methods: ['token'], token: { id: own } } });
  await ask('users are for admins', 'GET', '/users', undefined, own);
  await ask('own domain', 'GET', '/domains/default', undefined, own);
  await ask('another domain', 'GET', `/domains/${domain.id}`, undefined, own);
  const over = (await signIn('signed in again', byPassword('u', 'pw-u', 'unscoped'))).token ?? '';
  await ask('own token revoked', 'DELETE', '/auth/tokens', undefined, own, { 'X-Subject-Token': over });
  await ask('own token over', 'GET', '/auth/tokens', undefined, own, { 'X-Subject-Token': over });
  await signIn('signed in by a token that is over', { identity: { methods: ['token'], token: { id: over } } });
  await signIn('signed in by a token that is none', { identity: { methods: ['token'], token: { id: 'no' } } });
  return { own };
}

async function throughApplicationCredentials({ ask, signIn, admin }: Walk, { path, user, reader, ofUser, own }: Known) {
  await ask('role given later', 'PUT', `${path}/users/${user.id}/roles/${reader.id}`);
  const credentials = `${ofUser}/application_credentials`;
  const rules = [{ service: 'volumev3', method: 'GET', path: '/v3/**' }];
  const described = {
    name: 'c',
    description: 'd',
    roles: [{ name: 'member' }],
    expires_at: '2099-01-01T00:00:00',
    access_rules: rules,
  };
  const credential = (
    await ask('application credential', 'POST', credentials, { application_credential: described }, own)
  ).body.application_credential;
  await ask('application credential shown', 'GET', `${credentials}/${credential.id}`, undefined, own);
  await ask('application credentials', 'GET', credentials, undefined, own);
  const wrong = { name: 'w', access_rules: [{ service: 'x', method: 'BREW', path: '/' }] };
  const since = { name: 's', roles: [{ name: 'reader' }] };
  await ask('application credential with a role of later', 'POST', credentials, { application_credential: since }, own);
  await ask('application credential with a wrong rule', 'POST', credentials, { application_credential: wrong }, own);
  await ask('access rules', 'GET', `${ofUser}/access_rules`, undefined, own);
  const rule = `${ofUser}/access_rules/${credential.access_rules[0].id}`;
  await ask('access rule', 'GET', rule, undefined, own);
  await ask('access rule in use', 'DELETE', rule, undefined, own);
  const byCredential = {
    identity: {
      methods: ['application_credential'],
      application_credential: { id: credential.id, secret: credential.secret },
    },
  };
  const ruled = (await signIn('signed in by a credential', byCredential)).token ?? '';
  const subject = { 'X-Subject-Token': ruled };
  await ask('token with rules', 'GET', '/auth/tokens?nocatalog', undefined, admin, subject);
  const enforcing = { ...subject, 'OpenStack-Identity-Access-Rules': '1.0' };
  await ask('token with rules for who enforces them', 'GET', '/auth/tokens?nocatalog', undefined, admin, enforcing);
  await ask('application credential deleted', 'DELETE', `${credentials}/${credential.id}`, undefined, own);
  await ask('access rule deleted', 'DELETE', rule, undefined, own);
  await ask('access rule absent', 'GET', rule, undefined, own);
}

async function throughCredentials({ ask }: Walk, { user, project, own }: Known) {
  const blob = JSON.stringify({ access: 'key', secret: 's' });
  const ec2 = { type: 'ec2', blob, user_id: user.id, project_id: project.id };
  const kept = (await ask('credential', 'POST', '/credentials', { credential: ec2 }, own)).body.credential;
  await ask('credential again', 'POST', '/credentials', { credential: ec2 }, own);
  await ask('credential of nonsense', 'POST', '/credentials', { credential: { ...ec2, blob: 'x' } }, own);
  await ask('credential without a project', 'POST', '/credentials', { credential: { ...ec2, project_id: null } }, own);
  await ask('credential of another', 'POST', '/credentials', { credential: { ...ec2, user_id: 'x' } }, own);
  await ask('credential shown', 'GET', `/credentials/${kept.id}`, undefined, own);
  await ask('credentials', 'GET', `/credentials?user_id=${user.id}`, undefined, own);
  await ask('credential changed', 'PATCH', `/credentials/${kept.id}`, { credential: { blob } }, own);
  const renamed = JSON.stringify({ access: 'key-2', secret: 's' });
  await ask('credential renamed', 'PATCH', `/credentials/${kept.id}`, { credential: { blob: renamed } }, own);
  await ask('credential deleted', 'DELETE', `/credentials/${kept.id}`, undefined, own);
  await ask('credential absent', 'GET', `/credentials/${kept.id}`, undefined, own);
}

async function throughEc2({ ask }: Walk, { project, ofUser, own }: Known) {
  const keys = (await ask('keys of EC2', 'POST', `${ofUser}/credentials/OS-EC2`, { tenant_id: project.id }, own)).body
    .credential;
  await ask('keys of EC2 shown', 'GET', `${ofUser}/credentials/OS-EC2/${keys.access}`, undefined, own);
  await ask('all keys of EC2', 'GET', `${ofUser}/credentials/OS-EC2`, undefined, own);
  await ask('keys of EC2 deleted', 'DELETE', `${ofUser}/credentials/OS-EC2/${keys.access}`, undefined, own);
  await ask('keys of EC2 absent', 'GET', `${ofUser}/credentials/OS-EC2/${keys.access}`, undefined, own);
}

async function throughCatalog({ ask }: Walk) {
  const service = (await ask('service', 'POST', '/services', { service: { type: 'compute', name: 'n' } })).body.service;
  const endpoint = { interface: 'public', url: 'http://x', service_id: service.id, region: 'reg' };
  await ask('endpoint', 'POST', '/endpoints', { endpoint });
  await ask('endpoint of no service', 'POST', '/endpoints', { endpoint: { ...endpoint, service_id: 'no' } });
  await ask('endpoint of no region', 'POST', '/endpoints', { endpoint: { ...endpoint, region_id: 'no' } });
  await ask('endpoint with a wrong flag', 'POST', '/endpoints', { endpoint: { ...endpoint, enabled: 'True' } });
  await ask('service with a wrong flag', 'POST', '/services', { service: { type: 'x', enabled: 'True' } });
  await ask('endpoint nowhere', 'POST', '/endpoints', { endpoint: { ...endpoint, url: '' } });
  await ask('region', 'POST', '/regions', { region: { id: 'mine', description: 'd' } });
  await ask('region again', 'POST', '/regions', { region: { id: 'mine' } });
  await ask('region below none', 'POST', '/regions', { region: { id: 'x', parent_region_id: 'no' } });
  await ask('region with endpoints is not deleted', 'DELETE', '/regions/reg');
  await ask('region deleted', 'DELETE', '/regions/mine');
  return { service };
}

async function throughLimits({ ask }: Walk, { project, service, own }: Known) {
  const limit = { service_id: service.id, resource_name: 'cores', default_limit: 10 };
  const registered = (await ask('registered limit', 'POST', '/registered_limits', { registered_limits: [limit] })).body
    .registered_limits[0];
  const { default_limit: _, ...ofService } = limit;
  await ask('registered limit again', 'POST', '/registered_limits', { registered_limits: [limit] });
  const misplaced = { ...limit, service_id: 'absent' };
  await ask('registered limit of no service', 'POST', '/registered_limits', { registered_limits: [misplaced] });
  const limits = [{ ...ofService, resource_limit: 5, project_id: project.id }];
  const limited = (await ask('limit', 'POST', '/limits', { limits })).body.limits[0];
  await ask('limit again', 'POST', '/limits', { limits });
  const unregistered = [{ ...limits[0], resource_name: 'ram' }];
  await ask('limit that is not registered', 'POST', '/limits', { limits: unregistered });
  await ask('limit shown', 'GET', `/limits/${limited.id}`);
  await ask('limits of the own project', 'GET', '/limits', undefined, own);
  await ask('limit changed', 'PATCH', `/limits/${limited.id}`, { limit: { resource_limit: 6 } });
  await ask('limit model', 'GET', '/limits/model');
  await ask('registered limit in use', 'DELETE', `/registered_limits/${registered.id}`);
  await ask('limit deleted', 'DELETE', `/limits/${limited.id}`);
  await ask('registered limit changed', 'PATCH', `/registered_limits/${registered.id}`, {
    registered_limit: { default_limit: 1 },
  });
  await ask('registered limit deleted', 'DELETE', `/registered_limits/${registered.id}`);
}

async function throughPasswords({ ask, signIn, password }: Walk, { path, below, ofUser, own }: Known) {
  const change = { original_password: 'pw-u', password: 'pw-v' };
  await ask('password locked', 'PATCH', ofUser, { user: { options: { lock_password: true } } });
  await ask('locked password is not changed', 'POST', `${ofUser}/password`, { user: change }, own);
  await ask('password unlocked', 'PATCH', ofUser, { user: { options: { lock_password: false } } });
  const wrong = { ...change, original_password: 'no' };
  await ask('password not changed', 'POST', `${ofUser}/password`, { user: wrong }, '');
  await ask('password of nobody not changed', 'POST', '/users/no/password', { user: change }, '');
  await ask('password changed', 'POST', `${ofUser}/password`, { user: change }, '');
  const factors = {
    multi_factor_auth_enabled: true,
    multi_factor_auth_rules: [['password', 'application_credential']],
  };
  await ask('factors set', 'PATCH', ofUser, { user: { options: factors } });
  await signIn('signed in with too few factors', byPassword('u', 'pw-v'));
  await ask('user deleted', 'DELETE', ofUser);
  await ask('project below deleted', 'DELETE', `/projects/${below.id}`);
  await ask('project deleted', 'DELETE', path);
  await signIn('admin signed in for the system', byPassword('admin', password, { system: { all: true } }));
}

const sections: readonly ((walk: Walk, known: Known) => Promise<Known>)[] = [
  throughDomains,
  throughProjects,
  throughHierarchies,
  throughActingProjects,
  throughUsers,
  throughGroups,
  throughRoles,
  throughGrants,
  throughDomainRoles,
  throughTokens,
  throughApplicationCredentials,
  throughCredentials,
  throughEc2,
  throughCatalog,
  throughLimits,
  throughPasswords,
];

/** Goes through all of identity as an admin of the project `admin`, whose password is given. */
export async function goThrough(send: Ask, admin: string, password: string): Promise<readonly Told[]> {
  const told: Told[] = [];
  const ask: Walk['ask'] = async (what, method, path, body, token = admin, headers = {}) => {
    const reply = await send(method, path, body, { ...(token === '' ? {} : { 'X-Auth-Token': token }), ...headers });
    told.push({ what, status: reply.status, body: reply.status >= 400 ? 'a fault' : shapeOf(reply.body ?? null) });
    return reply;
  };
  const signIn: Walk['signIn'] = (what, auth) => ask(what, 'POST', '/auth/tokens?nocatalog', { auth }, '');
  let known: Known = {};
  for (const section of sections)
    known = { ...known, ...(await section({ send, admin, password, ask, signIn }, known)) };
  return told;
}
