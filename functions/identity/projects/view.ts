import type { DomainRow, ProjectRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field } from '../../http/view.ts';
import { openView } from '../extra.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const projectView = openView<ProjectRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  domain_id: field(is.orNull(is.text), (row) => row.domain_id),
  description: field(is.text, (row) => row.description),
  enabled: field(is.boolean, (row) => row.enabled),
  parent_id: field(is.orNull(is.text), (row) => row.parent_id ?? row.domain_id),
  is_domain: field(is.boolean, (row) => row.domain_id === null),
  tags: field(is.listOf(is.text), (row) => JSON.parse(row.tags) as string[]), // checked when it was written
  options: field(is.record, (row) => JSON.parse(row.options) as object),
  links: field(selfLinkType, (row, look) => selfLink(look, `projects/${row.id}`)),
});

/** A domain as the project that it acts as. */
export const actingProject = (row: DomainRow): ProjectRow => ({ ...row, domain_id: null, parent_id: null });
