// The keys that sign tokens: the newest signs, older ones verify until the last token made with them is over.
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Ids } from '../ids/port.ts';
import type { KeyStore } from './key-store.ts';

/** The only algorithm that we sign with and the only one that we accept. */
export const algorithm = 'ES256';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

export interface SigningKeys {
  /** The key to sign with. Made when there is none. */
  newest(): Promise<SigningKey>;
  /** The public key of that name, at once when it is known; null when we have none. */
  find(kid: string): CryptoKey | Promise<CryptoKey | null>;
  /** Makes a new key that signs from now on, and drops those that no living token needs. */
  rotate(): Promise<void>;
}

export interface KeyOptions {
  readonly store: KeyStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'uuid'>;
  /**
   * How long an older key still verifies. Default three days: a token's longest life, and how long it is taken after
   * it.
   */
  readonly keepSeconds?: number;
}

/** How often at most an unknown key's name makes us read the store again: another process may have rotated. */
const rereadMilliseconds = 1000;

/** A private JWK as it is kept: newest first. */
interface Kept extends JWK {
  readonly kid: string;
  /** When it became the newest, in milliseconds since 1970. */
  readonly since: number;
}

interface Loaded {
  readonly kept: readonly Kept[];
  readonly newest: SigningKey;
  readonly publicKeys: ReadonlyMap<string, CryptoKey>;
}

/** Signing keys over a store, shared by all processes that share the store. */
export function signingKeys(options: KeyOptions): SigningKeys {
  const { store, clock, ids } = options;
  const keepMilliseconds = (options.keepSeconds ?? 259_200) * 1000;
  let loaded: Promise<Loaded> | null = null;
  let publicKeys: Loaded['publicKeys'] = new Map();
  let readAt = 0;

  async function load(): Promise<Loaded> {
    readAt = clock.now();
    const text = await store.load();
    if (text !== null) return unpack(text);
    await store.save(pack([await makeKey(ids.uuid(), readAt)]), true);
    return unpack((await store.load()) ?? pack([])); // another process may have been first
  }
  function current(): Promise<Loaded> {
    loaded ??= load().then(
      (keys) => {
        publicKeys = keys.publicKeys;
        return keys;
      },
      (error) => {
        loaded = null; // the next request tries again
        throw error;
      },
    );
    return loaded;
  }
  async function findAnew(kid: string): Promise<CryptoKey | null> {
    const known = (await current()).publicKeys.get(kid);
    if (known !== undefined) return known;
    if (clock.now() - readAt < rereadMilliseconds) return null;
    loaded = null;
    return (await current()).publicKeys.get(kid) ?? null;
  }
  return {
    newest: async () => (await current()).newest,
    find: (kid) => publicKeys.get(kid) ?? findAnew(kid),
    async rotate() {
      loaded = null;
      const { kept } = await current();
      const now = clock.now();
      // A key signed last when the one before it in the list (the next newer) took over.
      const needed = kept.filter((_, index) => (kept[index - 1]?.since ?? now) + keepMilliseconds > now);
      await store.save(pack([await makeKey(ids.uuid(), now), ...needed]));
      loaded = null;
      await current();
    },
  };
}

const pack = (keys: readonly Kept[]) => `${JSON.stringify({ keys }, null, 2)}\n`;

async function makeKey(kid: string, since: number): Promise<Kept> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: 'sig', since };
}

async function unpack(text: string): Promise<Loaded> {
  const { keys: kept } = JSON.parse(text) as { keys: Kept[] }; // a file of ours, written by pack()
  const first = kept[0];
  if (first === undefined) throw new Error('the file of signing keys holds no key: delete it and start again');
  const publicKeys = new Map<string, CryptoKey>();
  for (const { d: _private, ...open } of kept) publicKeys.set(open.kid, await toKey(open));
  return { kept, newest: { kid: first.kid, privateKey: await toKey(first) }, publicKeys };
}

async function toKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new Error('a signing key is not an EC key');
  return key;
}
