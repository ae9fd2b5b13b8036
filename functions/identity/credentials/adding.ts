// Adding a credential to those of its user.
import { timestamp } from '../../../infra/clock/port.ts';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameUserCredential } from '../faults.ts';
import { refused } from '../keystone.ts';
import { sealBlob } from './sealed.ts';
import { insertUserCredential, mostCredentials } from './store.ts';

/** Runs a write; 404 when the user or the project is not there. */
export function orAbsent<T>(row: UserCredentialRow, write: Promise<T>): Promise<T> {
  const noUser = () => couldNotFind('user', row.user_id);
  const noProject = () => couldNotFind('project', row.project_id ?? '');
  const hasUser = orConflict('user_credentials_user_id_fkey', noUser, write);
  return orConflict('user_credentials_project_id_fkey', noProject, hasUser);
}

/** Seals the blob of a new credential and adds it. */
export async function addCredential(call: Call<unknown>, row: UserCredentialRow): Promise<void> {
  const sealed = { ...row, blob: await sealBlob(call.ports, row.id, row.blob) };
  const insert = insertUserCredential(call.ports.database, sealed, timestamp(call.ports.clock));
  const hasRoom = await orConflict('user_credentials_pkey', sameUserCredential, orAbsent(row, insert));
  if (!hasRoom) throw refused(`a user has at most ${mostCredentials} credentials.`);
}
