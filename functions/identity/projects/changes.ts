// Making, changing and deleting projects, and domains by the projects that they act as.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import { defaultDomainId, type ProjectRow } from '../../../schema/identity.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { changeDomain, removeDomain } from '../domains/changes.ts';
import { insertDomain } from '../domains/store.ts';
import { asObject, extraIn, knownIn, orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameDomain, sameProject } from '../faults.ts';
import { isImmutable, namesAny, requireSame, takesOff } from '../immutable.ts';
import { newId, refused } from '../keystone.ts';
import { revokingNow } from '../revoking.ts';
import { projectCreateBody, projectUpdateBody } from './body.ts';
import { deleteProject, insertProject, showProject, updateProject } from './store.ts';
import { actingProject, projectView } from './view.ts';

type Creating = Call<Static<typeof projectCreateBody>>;
type Updating = Call<Static<typeof projectUpdateBody>>;

/** The project that a body describes, with everything but where it stands. */
function described(call: Creating) {
  const { project } = call.body;
  return {
    id: newId(call),
    name: project.name,
    description: project.description ?? '',
    enabled: project.enabled ?? true,
    tags: JSON.stringify([...new Set(project.tags)]),
    options: asObject(project.options),
    extra: asObject(extraIn(project, projectCreateBody.properties.project, projectView)),
  };
}

export async function makeProject(call: Creating): Promise<ProjectRow> {
  const { project } = call.body;
  const now = timestamp(call.ports.clock);
  if (project.is_domain) return await makeActingProject(call, now);
  const domain_id = project.domain_id ?? call.actor.domainId ?? defaultDomainId;
  // A domain is the parent of those that stand in no project.
  const parent_id = project.parent_id === domain_id ? null : (project.parent_id ?? null);
  const insert = insertProject(call.ports.database, { ...described(call), domain_id, parent_id }, now);
  const made = await orConflict('projects_name', () => sameProject(project.name), orTooMuch(insert));
  // Not 404: it is the body that names it, and as with Keystone.
  if (made === null) {
    throw badRequest(`Could not find ${parent_id === null ? 'domain' : 'project'}: ${parent_id ?? domain_id}.`);
  }
  return made;
}

/** A project that acts as a domain is a domain. */
async function makeActingProject(call: Creating, now: string): Promise<ProjectRow> {
  const { project } = call.body;
  if (project.domain_id != null || project.parent_id != null) {
    throw badRequest('A project that acts as a domain is in no domain and below no project.');
  }
  const row = described(call);
  const insert = insertDomain(call.ports.database, row, now);
  await orConflict('domains_name', () => sameDomain(project.name), orTooMuch(insert));
  return actingProject(row);
}

const fixed = ['domain_id', 'parent_id', 'is_domain'];
const schema = projectUpdateBody.properties.project;

export async function changeProject(call: Updating, id: string): Promise<ProjectRow> {
  const { project } = call.body;
  requireSame(project, { id }, ['id']);
  if (!namesAny(project, fixed)) return await changeRow(call, id);
  const row = await showProject(call.ports.database, id);
  if (row === null) throw couldNotFind('project', id);
  const isDomain = row.domain_id === null;
  requireSame(project, { ...row, parent_id: row.parent_id ?? row.domain_id, is_domain: isDomain }, fixed);
  return isDomain ? await changeActing(call, id) : await changeRow(call, id);
}

async function changeRow(call: Updating, id: string): Promise<ProjectRow> {
  const { domain_id: _, ...patch } = knownIn(call.body.project, schema);
  const extra = extraIn(call.body.project, schema, projectView);
  const revoked = revokingNow(call);
  const isTakingOff = takesOff({ ...patch, ...extra });
  const change = updateProject(call.ports.database, id, { ...patch, extra }, isTakingOff, revoked);
  const row = await orConflict('projects_name', () => sameProject(patch.name ?? ''), orTooMuch(change));
  if (row === 'absent') return await changeActing(call, id);
  if (row === 'immutable') throw isImmutable('update', 'project', id);
  if (!row.enabled) revoked.done([subject.project(id)]);
  return row;
}

async function changeActing(call: Updating, id: string): Promise<ProjectRow> {
  const { domain_id: _, ...patch } = knownIn(call.body.project, schema);
  const extra = extraIn(call.body.project, schema, projectView);
  return actingProject(await changeDomain(call, 'project', id, patch, extra));
}

export async function removeProject(call: Call, id: string): Promise<void> {
  const revoked = revokingNow(call);
  const gone = deleteProject(call.ports.database, id, revoked);
  const hasChildren = () => refused(`cannot delete the project ${id} since it is not a leaf in the hierarchy.`);
  const row = await orConflict('projects_parent_id_fkey', hasChildren, gone);
  if (row === 'absent') return await removeDomain(call, 'project', id);
  if (row === 'immutable') throw isImmutable('delete', 'project', id);
  revoked.done([subject.project(id)]);
}
