// Keystone's words for what is not there and for what is there already.
import { DatabaseError } from '../../infra/database/port.ts';
import { conflict, type Fault, notFound } from '../http/faults.ts';

/** `Could not find project: X.` */
export const couldNotFind = (kind: string, id: string) => notFound(`Could not find ${kind}: ${id}.`);

/** Runs a write; the violation of the named constraint becomes that 409. */
export async function orConflict<T>(constraint: string, fault: () => Fault, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof DatabaseError && error.failure === 'conflict' && error.reason === constraint) throw fault();
    throw error;
  }
}

/** Whether it is not valid or was never there. */
export const couldNotFindToken = () => notFound('Could not find token.');

const stored = (kind: string, why: string) => conflict(`Conflict occurred attempting to store ${kind} - ${why}.`);

export const sameDomain = (name: string) =>
  stored('project', `it is not permitted to have two projects acting as domains with the same name: ${name}`);
export const sameProject = (name: string) =>
  stored('project', `it is not permitted to have two projects with the same name in the same domain: ${name}`);
export const sameUser = (name: string, domainId: string | null) =>
  stored('user', `Duplicate entry found with name ${name}${domainId === null ? '' : ` at domain ID ${domainId}`}`);
export const sameRole = (name: string) => stored('role', `Duplicate entry found with name ${name}`);
export const sameCredential = (name: string) =>
  stored('application_credential', `Duplicate entry found with name ${name}`);
export const sameUserCredential = () => stored('credential', 'there is one with this access key');
export const sameLimit = (kind: string) => stored(kind, 'Duplicate entry');
export const sameGroup = (name: string) => stored('group', `Duplicate entry found with name ${name}`);
export const sameRegion = (id: string) => stored('region', `Duplicate ID, ${id}`);
