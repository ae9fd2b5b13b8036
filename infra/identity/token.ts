// The token: a JWT by ES256 that says all there is to know, so that checking one needs a public key and no SQL.
import { type CryptoKey, decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Actor, TokenClaims } from './port.ts';
import { subject } from './port.ts';
import { roleSet } from './roles.ts';
import { algorithm, type SigningKeys } from './signing-keys.ts';

export interface Marks {
  readonly issuer: string;
  readonly audience: string;
}

/** Longer texts are no tokens of ours; headers of 16 KiB are refused by Node before. */
const longest = 15_000;
const version = 1;
const algorithms = [algorithm];
const requiredClaims = ['sub', 'iat', 'exp'];

/** Signs claims with the newest key. */
export async function sign(claims: TokenClaims, keys: SigningKeys, marks: Marks): Promise<string> {
  const key = await keys.newest();
  const { auditIds, issuedAt, expiresAt, ...rest } = claims;
  // Fractions of a second are allowed in iat (RFC 7519, NumericDate) and tell a token from one just revoked.
  const payload = { v: version, aud_ids: auditIds, ...rest, iat: issuedAt / 1000, exp: expiresAt / 1000 };
  return await new SignJWT(payload)
    .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer(marks.issuer)
    .setAudience(marks.audience)
    .setSubject(claims.user.id)
    .sign(key.privateKey);
}

/** The claims of a token that we signed and that is not over; null for anything else. */
export async function verify(token: string, keys: SigningKeys, marks: Marks, now: number): Promise<TokenClaims | null> {
  if (token.length > longest) return null;
  try {
    const { payload } = await jwtVerify<Payload>(token, ({ kid }) => keyOf(kid, keys), {
      algorithms,
      issuer: marks.issuer,
      audience: marks.audience,
      requiredClaims,
      currentDate: new Date(now),
    });
    return toClaims(payload, now);
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** The claims of a token that verify() found good before; null when it is over by now. */
export const claimsIn = (token: string, now: number): TokenClaims | null => toClaims(decodeJwt<Payload>(token), now);

/** The key that a header names. A failure to read our keys is none of the token's, and goes on. */
function keyOf(kid: unknown, keys: SigningKeys): CryptoKey | Promise<CryptoKey> {
  const key = typeof kid === 'string' ? keys.find(kid) : null;
  return key instanceof Promise ? key.then(orNone) : orNone(key);
}

function orNone(key: CryptoKey | null): CryptoKey {
  if (key === null) throw new errors.JWKSNoMatchingKey();
  return key;
}

/** What sign() wrote: the signature says that nobody else did. */
interface Payload extends JWTPayload, Omit<TokenClaims, 'auditIds' | 'issuedAt' | 'expiresAt'> {
  readonly v: number;
  readonly aud_ids: readonly string[];
}

function toClaims(payload: Payload, now: number): TokenClaims | null {
  const { v, aud_ids: auditIds, iat = 0, exp = 0 } = payload;
  if (v !== version || exp * 1000 <= now) return null;
  const { user, project, domain, isSystem, roles, through, methods, credential } = payload;
  const times = { issuedAt: Math.round(iat * 1000), expiresAt: Math.round(exp * 1000) };
  const rest = { user, project, domain, isSystem, roles, methods, credential, auditIds, ...times };
  return through === undefined ? rest : { ...rest, through };
}

export function actorOf(claims: TokenClaims): Actor {
  const accessRules = claims.credential?.accessRules;
  return {
    userId: claims.user.id,
    userName: claims.user.name,
    userDomainId: claims.user.domain.id,
    projectId: claims.project?.id ?? null,
    projectDomainId: claims.project?.domain.id ?? null,
    domainId: claims.domain?.id ?? null,
    isSystem: claims.isSystem,
    roles: roleSet(claims.roles.map((role) => role.name.toLowerCase())),
    expiresAt: claims.expiresAt,
    ...(accessRules === undefined ? {} : { accessRules }),
  };
}

/** Everything whose revocation ends this token. */
export function subjectsOf(claims: TokenClaims): readonly string[] {
  const { user, project, domain, credential } = claims;
  const scope = scopeOf(claims);
  return [
    ...claims.auditIds.slice(0, 1).map(subject.token),
    subject.user(user.id),
    subject.domain(user.domain.id),
    ...(project === null ? [] : [subject.project(project.id), subject.domain(project.domain.id)]),
    ...(domain === null ? [] : [subject.domain(domain.id)]),
    ...(credential === null ? [] : [subject.credential(credential.id)]),
    ...(scope === null ? [] : [subject.grant(user.id, scope)]),
    ...claims.roles.map((role) => subject.role(role.id)),
    ...(claims.through ?? []).map(subject.role),
  ];
}

function scopeOf(claims: TokenClaims): string | null {
  if (claims.project !== null) return `project:${claims.project.id}`;
  if (claims.domain !== null) return `domain:${claims.domain.id}`;
  return claims.isSystem ? 'system' : null;
}
