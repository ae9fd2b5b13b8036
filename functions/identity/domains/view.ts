import type { DomainRow } from '../../../schema/identity.ts';
import * as is from '../../http/shape.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkShape } from '../listing.ts';

export const domainView = view<DomainRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  description: field(is.text, (row) => row.description),
  enabled: field(is.boolean, (row) => row.enabled),
  tags: field(is.listOf(is.text), () => []),
  options: field(is.record, () => ({})),
  links: field(selfLinkShape, (row, look) => selfLink(look, `domains/${row.id}`)),
});
