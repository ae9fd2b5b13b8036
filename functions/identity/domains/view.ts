import type { DomainRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field } from '../../http/view.ts';
import { openView } from '../extra.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const domainView = openView<DomainRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  description: field(is.text, (row) => row.description),
  enabled: field(is.boolean, (row) => row.enabled),
  tags: field(is.listOf(is.text), (row) => JSON.parse(row.tags) as string[]), // checked when it was written
  options: field(is.record, (row) => JSON.parse(row.options) as object),
  links: field(selfLinkType, (row, look) => selfLink(look, `domains/${row.id}`)),
});
