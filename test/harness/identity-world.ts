// A request for any operation of the identity service, and what it may name.
import { Kind, type TSchema } from '@sinclair/typebox';
import type { Operation } from '../../functions/http/operation.ts';
import { asValueSchema } from '../../functions/http/schemas.ts';
import { identityResources } from '../../functions/identity/resources.ts';
import { sql } from '../../infra/database/port.ts';
import { canary } from './canaries.ts';
import type { TestIdentity } from './identity.ts';
import type { IdentityActions, Persona } from './identity-actions.ts';

/** Every operation of the identity service that needs a token. */
export const identityOperations: readonly Operation[] = identityResources
  .flatMap((resource) => resource.operations)
  .filter((one) => one.open !== true);

/** What an admin does for nobody else: the user of the world asks for it itself. */
const ofOneself = new Set(['application-credential-create', 'user-password-change']);

export interface IdentityWorld {
  readonly persona: Persona;
  /** Values of the names in paths. */
  readonly places: Readonly<Record<string, string>>;
  /** The token of who may do it. */
  tokenFor(operation: Operation): string;
  pathOf(operation: Operation, values?: Readonly<Record<string, string>>): string;
  /** A body that the operation takes. */
  bodyOf(operation: Operation): unknown;
}

/** What an operation makes by its path must not be there. */
const named: Readonly<Record<string, string>> = { 'region-create-named': 'new-region' };

let count = 0;

/** A catalog takes only so many, and lists are read by so many. */
const empty = sql(
  'test.empty',
  'WITH a AS (DELETE FROM catalog_services), b AS (DELETE FROM catalog_regions) DELETE FROM user_credentials',
);

/** A new one of each kind of thing, so that what is deleted or disabled is nobody else's. */
export async function identityWorld(to: TestIdentity, act: IdentityActions, admin: string): Promise<IdentityWorld> {
  count += 1;
  await to.database.all(empty);
  const name = (kind: string) => `${kind}-of-world-${count}`;
  const make = async (path: string, key: string, value: object, send = act.asAdmin): Promise<string> => {
    const { status, body } = await send('POST', path, { [key]: value });
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body[key].id;
  };
  const persona = await act.persona(name('user'), 'member');
  const user = persona.user.id;
  const service_id = await make('/services', 'service', { type: 'metric', name: name('service') });
  const endpoint = { service_id, interface: 'public', url: 'http://metric.test' };
  const ofService = { service_id };
  const places: Record<string, string> = {
    user_id: user,
    project_id: persona.project.id,
    tenant_id: persona.project.id,
    tag: 'tag',
    service_id,
    endpoint_id: await make('/endpoints', 'endpoint', endpoint),
    region_id: await make('/regions', 'region', { id: name('region') }),
    // One that is enabled cannot be deleted.
    domain_id: await make('/domains', 'domain', { name: name('domain'), enabled: false }),
    group_id: await make('/groups', 'group', { name: name('group') }),
    role_id: await make('/roles', 'role', { name: name('role') }),
    implied_role_id: await make('/roles', 'role', { name: name('implied') }),
    credential_id: await make('/credentials', 'credential', { type: 'cert', blob: canary('cert'), user_id: user }),
    access: await ec2Of(act, persona),
    access_rule_id: await ruleOf(act, persona),
    registered_limit_id: await limitOf(act, 'registered_limits', {
      ...ofService,
      default_limit: 1,
      resource_name: 'free',
    }),
    limit_id: await usedLimit(act, ofService, persona),
    application_credential_id: await make(
      `/users/${user}/application_credentials`,
      'application_credential',
      { name: 'c' },
      act.as(persona.token),
    ),
  };
  const bodies: Readonly<Record<string, unknown>> = {
    'credential-create': { credential: { type: 'cert', blob: canary('cert'), user_id: user } },
    'limit-create': {
      limits: [{ ...ofService, resource_name: 'free', resource_limit: 5, project_id: persona.project.id }],
    },
    'user-password-change': { user: { original_password: persona.password, password: canary('world-password') } },
  };
  return {
    persona,
    places,
    tokenFor: (operation) => (ofOneself.has(operation.name) ? persona.token : admin),
    pathOf: (operation, values = {}) =>
      operation.path.replace(
        /\{(\w+)\}/g,
        (_, place: string) => values[place] ?? named[operation.name] ?? placeIn(places, place),
      ),
    bodyOf: (operation) =>
      operation.body === undefined ? undefined : (bodies[operation.name] ?? sample(operation.body, places, '')),
  };
}

/** A rule that no credential has: it was made with one that is gone. */
async function ruleOf(act: IdentityActions, { user, token }: Persona): Promise<string> {
  const path = `/users/${user.id}/application_credentials`;
  const access_rules = [{ service: 'volumev3', method: 'GET', path: '/v3/**' }];
  const made = await act.as(token)('POST', path, { application_credential: { name: 'ruled', access_rules } });
  await act.as(token)('DELETE', `${path}/${made.body.application_credential.id}`);
  return made.body.application_credential.access_rules[0].id;
}

async function limitOf(act: IdentityActions, kind: string, limit: object): Promise<string> {
  const { status, body } = await act.asAdmin('POST', `/${kind}`, { [kind]: [limit] });
  if (status !== 201) throw new Error(`${kind}: ${status} ${JSON.stringify(body)}`);
  return body[kind][0].id;
}

async function usedLimit(act: IdentityActions, ofService: object, { project }: Persona): Promise<string> {
  const used = { ...ofService, resource_name: 'used' };
  await limitOf(act, 'registered_limits', { ...used, default_limit: 1 });
  return limitOf(act, 'limits', { ...used, project_id: project.id, resource_limit: 2 });
}

async function ec2Of(act: IdentityActions, { user, token, project }: Persona): Promise<string> {
  const made = await act.as(token)('POST', `/users/${user.id}/credentials/OS-EC2`, { tenant_id: project.id });
  return made.body.credential.access;
}

function placeIn(places: Readonly<Record<string, string>>, name: string): string {
  const found = places[name];
  if (found === undefined) throw new Error(`test/harness/identity-world.ts has no place for {${name}}`);
  return found;
}

/** Values that a schema alone does not say. */
const values: Readonly<Record<string, string>> = { url: 'http://x.test', interface: 'public', type: 'metric' };

/** What is required, and what names something that is there. */
function sample(schema: TSchema, places: Readonly<Record<string, string>>, name: string): unknown {
  const known = places[name] ?? values[name];
  if (known !== undefined) return known;
  if (asValueSchema(schema) !== null) return sampleLeaf(schema, name);
  if (schema[Kind] === 'Array') return Number(schema.minItems ?? 0) === 0 ? [] : [sample(schema.items, places, name)];
  if (schema[Kind] !== 'Object') return {};
  const required = new Set<string>(schema.required ?? []);
  const entries = Object.entries<TSchema>(schema.properties).filter(([key]) => required.has(key));
  return Object.fromEntries(entries.map(([key, one]) => [key, sample(one, places, key)]));
}

function sampleLeaf(schema: TSchema, name: string): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'integer') return 1;
  if (type === 'boolean') return true;
  return type === 'string' ? `new ${name}` : {};
}
