// What stands above and below a project.
import type { ProjectRow } from '../../../schema/identity.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { isAsked } from '../keystone.ts';
import { findHierarchy } from './hierarchy/store.ts';
import { projectView } from './view.ts';

export const hierarchyParameters = {
  parents_as_list: 'With the projects above it that the caller may see',
  parents_as_ids: 'With the ids of the projects above it, each in the one below',
  subtree_as_list: 'With the projects below it that the caller may see',
  subtree_as_ids: 'With the ids of the projects below it, each in the one above',
} as const;

type Name = keyof typeof hierarchyParameters;
const names = Object.keys(hierarchyParameters) as Name[]; // the keys of that table

export const asksHierarchy = (call: Call) => names.some((name) => isAsked(call, name));

/** Ids within ids; null where nothing is below. */
type Nested = { [id: string]: Nested } | null;

/** The project with what was asked of its hierarchy. */
export async function hierarchyOf(call: Call, id: string): Promise<Record<string, unknown>> {
  const asks = (name: Name) => isAsked(call, name);
  for (const side of ['parents', 'subtree'] as const) {
    if (asks(`${side}_as_list`) && asks(`${side}_as_ids`)) {
      throw badRequest(`${side}_as_list and ${side}_as_ids do not go together.`);
    }
  }
  const viewer = call.policy.allows('identity:list_projects', call.actor) ? null : call.actor.userId;
  const rows = await findHierarchy(call.ports.database, id, viewer);
  const self = rows.find((row) => row.relation === 'self');
  if (self === undefined) throw couldNotFind('project', id);
  const render = projectView.for(call, 'detail');
  const above = rows.filter((row) => row.relation === 'above');
  const below = rows.filter((row) => row.relation === 'below');
  const listed = (some: typeof rows) => some.filter((row) => row.is_seen).map((row) => ({ project: render(row) }));
  return {
    ...render(self),
    ...(asks('parents_as_list') ? { parents: listed(above) } : {}),
    ...(asks('parents_as_ids') ? { parents: chainOf(above) } : {}),
    ...(asks('subtree_as_list') ? { subtree: listed(below) } : {}),
    ...(asks('subtree_as_ids') ? { subtree: treeBelow(id, below) } : {}),
  };
}

/** The nearest first, each next one inside it. */
const chainOf = (above: readonly ProjectRow[]): Nested =>
  above.reduceRight<Nested>((inner, row) => ({ [row.id]: inner }), null);

function treeBelow(id: string, rows: readonly ProjectRow[]): Nested {
  const children = new Map<string, ProjectRow[]>();
  for (const row of rows) {
    const parent = row.parent_id ?? row.domain_id ?? '';
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const below = (parent: string): Nested => {
    const inner = children.get(parent);
    return inner === undefined ? null : Object.fromEntries(inner.map((row) => [row.id, below(row.id)]));
  };
  return below(id);
}
