// Forged tokens: everything that is known to have fooled somebody, made from a good token and its key.
import { type CryptoKey, exportJWK, exportPKCS8, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** What a forger has: one good token of another user, the public key, and any private key but ours. */
export interface Known {
  readonly token: string;
  readonly publicKey: CryptoKey;
  /** To sign what only the issuer could: a token of ours that is not for here, or not now. */
  readonly privateKey: CryptoKey;
}

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());
const partsOf = (token: string) => token.split('.') as [string, string, string]; // a JWS has three

export const headerOf = (token: string) => decode(partsOf(token)[0]);
export const claimsOf = (token: string): JWTPayload => decode(partsOf(token)[1]);

/** Signs the claims with the header as it is; no check of jose's stands in the way. */
async function signed(header: object, claims: unknown, key: CryptoKey): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`;
  const isRsa = key.algorithm.name.startsWith('RSA');
  const how = isRsa ? { name: key.algorithm.name } : { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, key as globalThis.CryptoKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** Forged without our private key: nothing of it may let anybody in, whatever checks it. */
export async function forgeries({ token, publicKey }: Known): Promise<Record<string, string>> {
  const [head, payload, signature] = partsOf(token);
  const header = headerOf(token);
  const claims = claimsOf(token);
  const alg = String(header.alg);
  const theirs = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(theirs.publicKey);
  const pem = await exportSPKI(publicKey);
  const der = Buffer.from(pem.replace(/-----.*?-----|\s/g, ''), 'base64');
  const ourJwk = await exportJWK(publicKey);
  const hmac = async (key: string | Uint8Array, name = 'HS256') =>
    new SignJWT(claims)
      .setProtectedHeader({ ...header, alg: name })
      .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);
  const by = (over: object) => signed({ ...header, ...over }, claims, theirs.privateKey);
  const with_ = (over: object) => `${encode({ ...header, ...over })}.${payload}.${signature}`;
  return {
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE', ''].flatMap((name) => [
        [`the algorithm ${JSON.stringify(name)}, unsigned`, `${encode({ ...header, alg: name })}.${payload}.`],
        [`the algorithm ${JSON.stringify(name)}, with the old signature`, with_({ alg: name })],
      ]),
    ),
    ...Object.fromEntries(
      ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256', 'dir', 'RSA1_5', 'A128KW']
        .filter((name) => name !== alg)
        .map((name) => [`the algorithm ${name} over the same signature`, with_({ alg: name })]),
    ),
    'no algorithm': with_({ alg: undefined }),
    'a list of algorithms': with_({ alg: [alg] }),
    'HMAC with the public key as PEM': await hmac(pem),
    'HMAC with the public key as PEM, trimmed': await hmac(pem.trim()),
    'HMAC with the public key as DER': await hmac(der),
    'HMAC with the public key as JWK': await hmac(JSON.stringify(ourJwk)),
    'HMAC with a coordinate of the public key': await hmac(String(ourJwk.x ?? ourJwk.n)),
    'HS384 with the public key': await hmac(pem, 'HS384'),
    'HMAC with one byte of nothing': await hmac(new Uint8Array(1)),
    'another key under our name': await by({}),
    'another key under its own name': await by({ kid: 'theirs' }),
    'another key, in the header': await by({ jwk }),
    'another key with its private part in the header': await by({ jwk: { ...jwk, d: 'AAAA' } }),
    'another key, at an address': await by({ jku: 'https://evil.test/keys', kid: 'theirs' }),
    'another key, at a certificate': await by({ x5u: 'https://evil.test/cert', kid: 'theirs' }),
    'another key, in a certificate': await by({ x5c: [der.toString('base64')] }),
    'another key, named by its thumbprint': await by({ 'x5t#S256': 'AAAA' }),
    'another key behind a name that is a path': await by({ kid: '../../../../dev/null' }),
    'another key behind a name that is an absolute path': await by({ kid: '/proc/self/environ' }),
    'another key behind a name that is SQL': await by({ kid: "x' UNION SELECT 'secret' --" }),
    'another key behind a name that is a command': await by({ kid: '$(id)|id;id' }),
    'another key behind a name of every object': await by({ kid: '__proto__' }),
    'another key behind the name constructor': await by({ kid: 'constructor' }),
    'another key behind an empty name': await by({ kid: '' }),
    'another key behind a name that is a list': await by({ kid: [header.kid ?? 'x'] }),
    'another key behind a name that is nothing': await by({ kid: null }),
    'another key behind a name with a NUL': await by({ kid: `${header.kid ?? ''}\u0000` }),
    'another key behind a long name': await by({ kid: 'k'.repeat(4000) }),
    'a signature of zeros': `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature of the order of the curve': `${head}.${payload}.${Buffer.alloc(64, 0xff).toString('base64url')}`,
    'no signature': `${head}.${payload}.`,
    'no signature and no point': `${head}.${payload}`,
    'half a signature': `${head}.${payload}.${signature.slice(0, signature.length / 2)}`,
    'a signature with a byte more': `${head}.${payload}.${signature}AA`,
    'another payload': `${head}.${encode({ ...claims, sub: 'admin', roles: ['admin'] })}.${signature}`,
    'the payload twice': `${head}.${payload}${payload}.${signature}`,
    'the same claims in another order': `${head}.${encode(Object.fromEntries(Object.entries(claims).reverse()))}.${signature}`,
    'another header': with_({ typ: 'at+jwt' }),
    'a header that must be understood': with_({ crit: ['exp'] }),
    'a payload that is not encoded': with_({ crit: ['b64'], b64: false }),
    'a header that is a list': `${encode([])}.${payload}.${signature}`,
    'a header that is nothing': `${encode('null')}.${payload}.${signature}`,
    'a header that is no JSON': `${encode('{')}.${payload}.${signature}`,
    'a header with the algorithm twice': `${encode(`{"alg":"none","alg":"${alg}"}`)}.${payload}.${signature}`,
    'five parts': `${head}.${payload}.${signature}.${signature}.${signature}`,
    'four parts': `${token}.${signature}`,
    'JSON serialization': JSON.stringify({ protected: head, payload, signature }),
    'base64 instead of base64url': `${head}.${payload}.${Buffer.from(signature, 'base64url').toString('base64')}==`,
    'points only': '..',
    'spaces inside': `${head}. ${payload}.${signature}`,
    'percent signs': encodeURIComponent(`${token}\r\nX-Auth-Token: x`),
    'a word before it': `Bearer ${token}`,
    'quotes around it': `"${token}"`,
    'itself twice, with a comma': `${token}, ${token}`,
    'itself twice, with a semicolon': `${token};${token}`,
    'a letter that looks alike': `${token.slice(0, 3)}\u00e0${token.slice(4)}`,
    'a private key': (await exportPKCS8(theirs.privateKey)).replaceAll('\n', ''),
    'a text as long as a header may be': 'x'.repeat(16_384),
    'a text that is longer': 'x'.repeat(65_536),
    'a million points': '.'.repeat(1_000_000),
  };
}

/** Signed by the true key, but not for here, or not now: `over` is what a good token of that house would say. */
export async function misused({ token, privateKey }: Known, now: number): Promise<Record<string, string>> {
  const header = headerOf(token);
  const claims = claimsOf(token);
  const seconds = now / 1000;
  const says = (over: object) => signed(header, { ...claims, ...over }, privateKey);
  return {
    'of another issuer': await says({ iss: 'https://evil.test' }),
    'of an issuer that begins alike': await says({ iss: `${claims.iss}/` }),
    'of a list of issuers': await says({ iss: [claims.iss] }),
    'for another audience': await says({ aud: 'other' }),
    'for nobody': await says({ aud: [] }),
    'that is good in ten minutes': await says({ nbf: seconds + 600 }),
    'that is over': await says({ exp: seconds - 120, iat: seconds - 240 }),
    'without an end': await says({ exp: undefined }),
    'whose end is a text': await says({ exp: '9999999999' }),
    'whose end is a list': await says({ exp: [seconds + 600] }),
    'whose end is no number': await says({ exp: null }),
    'without a subject': await says({ sub: undefined }),
    'that says nothing': await signed(header, {}, privateKey),
    'that is a list': await signed(header, [], privateKey),
    'that is no JSON': await signed(header, 'x', privateKey),
    'with a header that must be understood': await signed({ ...header, crit: ['x'], x: 1 }, claims, privateKey),
    'behind the name of no key': await signed({ ...header, kid: '../../dev/null' }, claims, privateKey),
  };
}
