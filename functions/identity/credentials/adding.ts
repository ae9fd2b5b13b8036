// Writing credentials: whose they may be, and for which project.
import { timestamp } from '../../../infra/clock/port.ts';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameUserCredential } from '../faults.ts';
import { refused, requireSelfOr, requireUnrestricted } from '../keystone.ts';
import { sealBlob } from './sealed.ts';
import { insertUserCredential, mostCredentials, updateUserCredential, type Written } from './store.ts';

/**
 * Lets the user of that id pass, and whoever passes the rule; never a token of an application credential that may make
 * no credentials, since what it makes outlives it.
 */
export async function requireMaker(call: Call<unknown>, rule: string, userId: string): Promise<void> {
  requireSelfOr(call, rule, userId);
  await requireUnrestricted(call);
}

/** Runs a write; throws what its user or its project stands in the way of. */
async function orRefused(row: UserCredentialRow, write: Promise<Written>): Promise<boolean> {
  const noUser = () => couldNotFind('user', row.user_id);
  const noProject = () => couldNotFind('project', row.project_id ?? '');
  const hasUser = orConflict('user_credentials_user_id_fkey', noUser, write);
  const found = await orConflict('user_credentials_project_id_fkey', noProject, hasUser);
  if (!found.has_project) throw noProject();
  if (!found.has_role) throw refused(`the user has no role on the project ${row.project_id}.`);
  return found.is_written;
}

/** Whoever passes the rule keeps what a user without a role on the project could not: what is made for later. */
const isAnyProject = (call: Call<unknown>, rule: string) => call.policy.allows(rule, call.actor);

/** Seals the blob of a new credential and adds it. */
export async function addCredential(call: Call<unknown>, rule: string, row: UserCredentialRow): Promise<void> {
  const sealed = { ...row, blob: await sealBlob(call.ports, row.id, row.blob) };
  const now = timestamp(call.ports.clock);
  const insert = insertUserCredential(call.ports.database, sealed, isAnyProject(call, rule), now);
  const hasRoom = await orConflict('user_credentials_pkey', sameUserCredential, orRefused(row, insert));
  if (!hasRoom) throw refused(`a user has at most ${mostCredentials} credentials.`);
}

/**
 * Writes a changed credential over the one whose sealed blob was `oldBlob`; false when it has changed or gone
 * meanwhile.
 */
export async function changeCredential(
  call: Call<unknown>,
  rule: string,
  row: UserCredentialRow,
  oldBlob: string,
): Promise<boolean> {
  const sealed = { ...row, blob: await sealBlob(call.ports, row.id, row.blob) };
  return orRefused(row, updateUserCredential(call.ports.database, sealed, isAnyProject(call, rule), oldBlob));
}
