// What kind of token an issuer's signed text is: it signs others with the same keys, and they open nothing here.
import type { JWTPayload } from 'jose';

/** Access tokens by RFC 9068, and those from before, whose header says only that it is a JWT, or nothing. */
const accessTypes = ['jwt', 'at+jwt'];

/** Whether the `typ` of a header may be an access token's: not that of a logout token, a security event, a proof. */
export function isAccessType(typ: unknown): boolean {
  if (typ === undefined) return true;
  return typeof typ === 'string' && accessTypes.includes(typ.toLowerCase().replace(/^application\//, ''));
}

/**
 * What only other tokens say: an ID token names the hash of what came with it, a logout token and every security
 * event its events; and a token bound to its bearer's key (DPoP, mutual TLS) is none without the proof, which nobody
 * sends us.
 */
const foreignClaims = ['at_hash', 'c_hash', 's_hash', 'events', 'cnf'];

/**
 * Whether the claims may be an access token's. Keycloak says in them what it made (`typ`): Bearer, ID, Refresh, Logout.
 * A nonce is an ID token's; older Keycloaks have it in access tokens too.
 */
export function isAccessToken(claims: JWTPayload): boolean {
  for (const name of foreignClaims) if (claims[name] !== undefined) return false;
  const { typ, nonce } = claims;
  if (typ === undefined) return nonce === undefined;
  return typeof typ === 'string' && typ.toLowerCase() === 'bearer';
}
