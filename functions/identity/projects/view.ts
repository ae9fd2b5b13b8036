import type { ProjectRow } from '../../../schema/identity.ts';
import * as is from '../../http/shape.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkShape } from '../listing.ts';

export const projectView = view<ProjectRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  domain_id: field(is.text, (row) => row.domain_id),
  description: field(is.text, (row) => row.description),
  enabled: field(is.boolean, (row) => row.enabled),
  parent_id: field(is.text, (row) => row.parent_id ?? row.domain_id),
  is_domain: field(is.boolean, () => false),
  tags: field(is.listOf(is.text), (row) => JSON.parse(row.tags) as string[]),
  options: field(is.record, () => ({})),
  links: field(selfLinkShape, (row, look) => selfLink(look, `projects/${row.id}`)),
});
