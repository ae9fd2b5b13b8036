// Secrets sealed with AES-256-GCM of the platform's Web Crypto: the same on Node, Lambda and at the edge.
import { type SealingKeyStore, type Secrets, SecretsError } from './port.ts';

const algorithm = 'AES-GCM';
const keyBytes = 32;
/** 96 random bits: NIST SP 800-38D allows 2^32 seals with one key. */
const nonceBytes = 12;
const version = 's1';

interface SealingKeys {
  readonly newest: string;
  readonly byName: ReadonlyMap<string, CryptoKey>;
}

/**
 * Reads keys as an operator gives them: `name:key` with commas between, each key 32 bytes in base64. The first seals,
 * all of them open. Throws an Error that names no key's bytes.
 */
export function readSealingKeys(text: string): readonly (readonly [string, Uint8Array<ArrayBuffer>])[] {
  const seen = new Set<string>();
  return text.split(',').map((one) => {
    const [name = '', key = '', ...rest] = one.trim().split(':');
    // A text without a colon may be the key itself: it must not be named.
    if (!/^[\w-]{1,32}$/.test(name) || key === '' || rest.length > 0) {
      throw new Error('each key must be written name:key, the name of letters, digits, "_" and "-"');
    }
    if (seen.has(name)) throw new Error(`there are two keys named ${name}`);
    seen.add(name);
    const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(key) ? decode(key) : new Uint8Array();
    if (bytes.length !== keyBytes) throw new Error(`the key ${name} must be ${keyBytes} bytes in base64`);
    return [name, bytes] as const;
  });
}

/** A new key as readSealingKeys() reads it. */
export function makeSealingKey(name: string): string {
  return `${name}:${encode(crypto.getRandomValues(new Uint8Array(keyBytes)))}`;
}

/**
 * Secrets with the keys of a store. Where it has none, one is made at the first seal; of two processes one's key
 * holds.
 */
export function aesSecrets(store: SealingKeyStore): Secrets {
  let loaded: Promise<SealingKeys> | null = null;
  const keys = () => {
    loaded ??= load(store).catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
  return {
    async seal(text, purpose) {
      const { newest, byName } = await keys();
      const key = byName.get(newest) as CryptoKey; // load() names one that it has
      const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const bound = { name: algorithm, iv: nonce, additionalData: new TextEncoder().encode(purpose) };
      const sealed = await crypto.subtle.encrypt(bound, key, new TextEncoder().encode(text));
      return [version, newest, encode(nonce), encode(new Uint8Array(sealed))].join('.');
    },
    async open(sealed, purpose) {
      const [head, name = '', nonce = '', body = ''] = sealed.split('.');
      if (head !== version) throw damaged();
      const key = (await keys()).byName.get(name);
      if (key === undefined) {
        throw new SecretsError('unknown-key', `A secret was sealed with the key ${name}, which is not configured.`);
      }
      try {
        const bound = { name: algorithm, iv: decode(nonce), additionalData: new TextEncoder().encode(purpose) };
        return new TextDecoder().decode(await crypto.subtle.decrypt(bound, key, decode(body)));
      } catch {
        throw damaged();
      }
    },
  };
}

const damaged = () => new SecretsError('damaged', 'A sealed secret was altered, or is not where it belongs.');

async function load(store: SealingKeyStore): Promise<SealingKeys> {
  let text = await store.load();
  if (text === null) {
    await store.save(makeSealingKey('k1'), true);
    text = (await store.load()) ?? ''; // another process may have been first
  }
  const read = readSealingKeys(text.trim());
  const imported = await Promise.all(read.map(async ([name, bytes]) => [name, await importKey(bytes)] as const));
  return { newest: read[0]?.[0] ?? '', byName: new Map(imported) };
}

const importKey = (bytes: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', bytes, algorithm, false, ['encrypt', 'decrypt']);

/** base64url, which has no dot. */
const encode = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}
