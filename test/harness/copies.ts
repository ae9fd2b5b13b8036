// Copies of a volume, for tests: snapshots and backups that are there when they are returned.
import assert from 'node:assert/strict';
import type { Scoria, Told } from './scoria.ts';

const version = '3.71';
const busy = new Set(['creating', 'restoring', 'restoring-backup', 'deleting', 'backing-up']);

/** Waits until what is at the path, under `name` in the answer, is busy no more; fails when it is not as wanted then. */
export async function ended(scoria: Scoria, path: string, wanted: string, name: string): Promise<Told['body']> {
  const told = await scoria.until(`/v3${path}`, ({ body }) => !busy.has(body[name]?.status), { version });
  assert.equal(told.body[name].status, wanted, told.text);
  return told.body[name];
}

async function make(scoria: Scoria, collection: string, name: string, fields: object): Promise<Told['body']> {
  const told = await scoria.ask('POST', `/v3/${collection}`, { version, body: { [name]: fields } });
  assert.equal(told.status, 202, told.text);
  return ended(scoria, `/${collection}/${told.body[name].id}`, 'available', name);
}

export const makeSnapshotOf = async (scoria: Scoria, volume_id: string): Promise<string> =>
  (await make(scoria, 'snapshots', 'snapshot', { volume_id })).id;

export const makeBackupOf = (scoria: Scoria, volume_id: string, fields: object = {}) =>
  make(scoria, 'backups', 'backup', { volume_id, ...fields });
