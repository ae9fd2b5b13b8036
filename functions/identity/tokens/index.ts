// Tokens: signing in, and asking what a token says.
import { subject, type TokenClaims } from '../../../infra/identity/port.ts';
import { Answer, type Call, operation, type Resource } from '../../http/operation.ts';
import { placeOf } from '../catalog/built-in.ts';
import { findStored, readStored } from '../catalog/store.ts';
import { catalogOf } from '../catalog/view.ts';
import { couldNotFindToken } from '../faults.ts';
import { isAsked, keystoneOf, requireSelfOr } from '../keystone.ts';
import { authBody } from './body.ts';
import { grantOf } from './grant.ts';
import { tokenRules } from './policy.ts';
import { admitted, prove, readProofs } from './prove.ts';
import { findSignIn } from './store.ts';
import { tokenBody } from './view.ts';

const wantsCatalog = (call: Call<unknown>) => !isAsked(call, 'nocatalog');

const create = operation({
  name: 'token-create',
  summary: 'Sign in: get a token',
  method: 'POST',
  path: '/auth/tokens',
  policy: [],
  open: true,
  body: authBody,
  queryParameters: { nocatalog: 'Leave the catalog out of the answer' },
  success: 201,
  handler: async (call) => {
    const keystone = keystoneOf(call);
    const issuedAt = Math.floor(call.ports.clock.now()); // before anything is read: see Grant
    const proofs = await readProofs(call, call.body.auth);
    const row = await admitted(call, proofs, async () =>
      prove(call, proofs, await findSignIn(call.ports.database, proofs)),
    );
    const { token, claims } = await keystone.issue(grantOf(proofs, row, issuedAt));
    const shown = wantsCatalog(call) ? catalogOf(claims, placeOf(call), readStored(row.catalog)) : undefined;
    return new Answer(201, tokenBody(claims, shown), { 'X-Subject-Token': token });
  },
});

/** A token with access rules is good only for a service that says that it holds tokens to them. */
function isForReader(call: Call, claims: TokenClaims): boolean {
  const version = Number(call.headers.get('openstack-identity-access-rules') ?? '0');
  return claims.credential?.accessRules === undefined || version >= 1 || call.actor.userId === claims.user.id;
}

/** The token in X-Subject-Token and what it says; 404 when it is not valid. */
async function subjectToken(
  call: Call,
  rule: string,
  allowExpired = false,
): Promise<{ token: string; claims: TokenClaims }> {
  const token = call.headers.get('x-subject-token') ?? '';
  const claims = await keystoneOf(call).read(token, { allowExpired });
  if (claims === null) throw couldNotFindToken();
  requireSelfOr(call, rule, claims.user.id);
  if (!isForReader(call, claims)) throw couldNotFindToken();
  return { token, claims };
}

// HEAD is served from here too.
const show = operation({
  name: 'token-show',
  summary: 'Validate a token and show what it says',
  method: 'GET',
  path: '/auth/tokens',
  policy: [],
  queryParameters: {
    nocatalog: 'Leave the catalog out of the answer',
    allow_expired: 'Also a token that expired at most 48 hours ago',
  },
  success: 200,
  handler: async (call) => {
    const allowExpired = isAsked(call, 'allow_expired');
    const { token, claims } = await subjectToken(call, 'identity:validate_token', allowExpired);
    const shown = wantsCatalog(call)
      ? catalogOf(claims, placeOf(call), await findStored(call.ports.database))
      : undefined;
    return new Answer(200, tokenBody(claims, shown), { 'X-Subject-Token': token });
  },
});

const revoke = operation({
  name: 'token-revoke',
  summary: 'Revoke a token',
  method: 'DELETE',
  path: '/auth/tokens',
  policy: [],
  success: 204,
  handler: async (call) => {
    const { claims } = await subjectToken(call, 'identity:revoke_token');
    await keystoneOf(call).revoke(claims.auditIds.slice(0, 1).map(subject.token));
  },
});

export const tokens: Resource = { name: 'tokens', operations: [create, show, revoke], rules: tokenRules };
