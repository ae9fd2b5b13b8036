// Changing and deleting a domain, by its own path or as the project that it acts as.
import { subject } from '../../../infra/identity/port.ts';
import type { DomainRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';
import { orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameDomain } from '../faults.ts';
import { isImmutable, takesOff } from '../immutable.ts';
import { refused } from '../keystone.ts';
import { revokingNow } from '../revoking.ts';
import { deleteDomain, updateDomain } from './store.ts';

interface Patch {
  readonly name?: string;
  readonly options?: { readonly immutable?: boolean | null };
}

type Kind = 'domain' | 'project';

/** Changes it and returns its row. `asked` are the attributes that it knows, `extra` the others. */
export async function changeDomain(
  call: Call<unknown>,
  kind: Kind,
  id: string,
  asked: Patch,
  extra: object,
): Promise<DomainRow> {
  const revoked = revokingNow(call);
  const isTakingOff = takesOff({ ...asked, ...extra });
  const change = updateDomain(call.ports.database, id, { ...asked, extra }, isTakingOff, revoked);
  const row = await orConflict('domains_name', () => sameDomain(asked.name ?? ''), orTooMuch(change));
  if (row === 'absent') throw couldNotFind(kind, id);
  if (row === 'immutable') throw isImmutable('update', kind, id);
  if (!row.enabled) revoked.done([subject.domain(id)]);
  return row;
}

/** Deletes it with its users, projects and roles, once it is disabled. */
export async function removeDomain(call: Call<unknown>, kind: Kind, id: string): Promise<void> {
  const revoked = revokingNow(call);
  const found = await deleteDomain(call.ports.database, id, revoked);
  if (found === 'absent') throw couldNotFind(kind, id);
  if (found === 'enabled') throw refused('Cannot delete a domain that is enabled, please disable it first.');
  if (found === 'immutable') throw isImmutable('delete', kind, id);
  revoked.done(found);
}
