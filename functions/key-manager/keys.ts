// The keys of encrypted volumes and backups, for the statements that make their owners.
import { DatabaseError } from '../../infra/database/port.ts';
import { type KeyManager, KeysError } from '../../infra/keys/port.ts';
import { keySpec } from '../../schema/keys.ts';
import { badRequest, Fault, unavailable } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';

/** The parameters of insertKey(): every name, so that no statement misses one. */
export interface KeyParameters extends Readonly<Record<string, string | number | null>> {
  /** What the owner's `encryption_key_id` becomes. */
  readonly key_id: string | null;
  /** Of a new key of our table. */
  readonly key_material: string | null;
  /** The id that the material was sealed for, where it is not that of the key. */
  readonly key_sealed_as: string | null;
  readonly key_algorithm: string | null;
  readonly key_bits: number | null;
  readonly key_mode: string | null;
  /** The key of our table that this one is a clone of. */
  readonly key_source: string | null;
}

/** For an owner that is not encrypted. */
export const noKey: KeyParameters = {
  key_id: null,
  key_material: null,
  key_sealed_as: null,
  key_algorithm: null,
  key_bits: null,
  key_mode: null,
  key_source: null,
};

/** A key that is there, as statements of facts tell of it. */
export interface SourceKey {
  readonly id: string;
  /** Whether our own table has it. */
  readonly isKept: boolean;
}

/** How a type encrypts its volumes. */
export interface Encryption {
  readonly cipher: string | null;
  readonly keyBits: number | null;
}

/** A new key for an owner (`volume <id>`). Refuses with 400 what no key can be made for. */
export async function newKey(call: Call<unknown>, { cipher, keyBits }: Encryption, owner: string) {
  const spec = keySpec(cipher, keyBits);
  if (spec === null) {
    throw badRequest(`Invalid volume type: no keys of ${keyBits} bits can be made: mend the encryption of the type.`);
  }
  const { keys, ids } = call.ports;
  return inFaults(call, async (): Promise<KeyParameters> => {
    if (keys.manager !== undefined) {
      return { ...noKey, key_id: await keys.manager.create({ name: owner, ...spec }, tokenOf(call)) };
    }
    const id = ids.uuid();
    return {
      ...noKey,
      key_id: id,
      key_material: await keys.make(spec.bitLength / 8, id),
      key_algorithm: spec.algorithm,
      key_bits: spec.bitLength,
      key_mode: spec.mode,
    };
  });
}

/** A key of the same bytes for another owner. Null is the source of what is not encrypted. */
export async function clonedKey(call: Call<unknown>, source: SourceKey | null, owner: string): Promise<KeyParameters> {
  if (source === null) return noKey;
  // A key of our table is cloned there, also after another place was chosen for new ones.
  if (source.isKept) return { ...noKey, key_id: call.ports.ids.uuid(), key_source: source.id };
  const manager = managerOf(call);
  return inFaults(call, async () => ({ ...noKey, key_id: await manager.clone(source.id, owner, tokenOf(call)) }));
}

/**
 * Runs the statement that makes the owner of a key. When it surely did not (it was refused, or returned null), a key
 * that a key manager keeps for it is deleted again. When that is not known the key stays: its name says whose it
 * would be.
 */
export async function withKey<Row>(
  call: Call<unknown>,
  key: KeyParameters,
  run: () => Promise<Row | null>,
): Promise<Row | null> {
  try {
    const row = await run();
    if (row === null) await discardKey(call, key);
    return row;
  } catch (error) {
    const isKnown = error instanceof DatabaseError && error.failure !== 'unavailable';
    if (isKnown || error instanceof Fault) await discardKey(call, key);
    throw error;
  }
}

async function discardKey(call: Call<unknown>, key: KeyParameters): Promise<void> {
  const isElsewhere = key.key_id !== null && key.key_material === null && key.key_source === null;
  if (isElsewhere) await deleteKey(call, key.key_id);
}

/**
 * Deletes the keys of owners that are going, of which the statement returned a JSON array. Those of our table go with
 * their owners. A key manager is asked at once, with the token of the user who deletes: no other one could. A crash
 * before it has answered leaves a key whose name says that its volume is no more.
 */
export async function deleteKeys(call: Call<unknown>, ids: string | null | undefined): Promise<void> {
  if (call.ports.keys.manager === undefined || ids == null) return;
  for (const id of JSON.parse(ids) as string[]) await deleteKey(call, id);
}

/** Deletes a key of the key manager. One that cannot be deleted is left, and the log says which. */
async function deleteKey(call: Call<unknown>, id: string | null): Promise<void> {
  const { keys, log } = call.ports;
  if (id === null || keys.manager === undefined) return;
  await keys.manager.delete(id, tokenOf(call)).catch((error: unknown) => {
    if (!(error instanceof KeysError)) throw error;
    log.warn('key-left-behind', { key: id, reason: error.message, requestId: call.requestId });
  });
}

function managerOf(call: Call<unknown>): KeyManager {
  const { manager } = call.ports.keys;
  if (manager !== undefined) return manager;
  throw badRequest('Invalid key: The key is with a key manager that this service is not set up for.');
}

/** Whose keys they are. */
const tokenOf = (call: Call<unknown>) => call.headers.get('x-auth-token') ?? '';

/** What goes wrong with keys, in words for clients. */
export async function inFaults<Result>(call: Call<unknown>, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KeysError)) throw error;
    call.ports.log.warn('key-failed', { failure: error.failure, reason: error.message, requestId: call.requestId });
    if (error.failure === 'unavailable') throw unavailable('The key manager cannot be reached. Try again.');
    if (error.failure === 'damaged')
      throw new Fault(500, 'The key cannot be opened: the service has lost what opens it.');
    throw badRequest(`Invalid key: ${error.message}`);
  }
}
