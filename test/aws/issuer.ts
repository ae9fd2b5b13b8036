// An OpenID issuer of one key: it signs here, and its public key is where the service reads it.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const audience = 'scoria';
/** A name; nobody asks it anything. */
export const issuer = 'https://issuer.example';

export interface Issuer {
  readonly jwks: string;
  /** A token of an admin, for ten minutes. */
  token(): Promise<string>;
  readonly project: string;
}

export async function makeIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomUUID();
  const project = randomUUID().replaceAll('-', '');
  const claims = { project_id: project, roles: ['admin'], preferred_username: 'acceptance' };
  return {
    jwks: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }] }),
    project,
    token: () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('acceptance')
        .setExpirationTime('10m')
        .sign(privateKey),
  };
}
