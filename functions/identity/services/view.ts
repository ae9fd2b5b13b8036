import type { CatalogServiceRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const serviceView = view<CatalogServiceRow>({
  id: field(is.text, (row) => row.id),
  type: field(is.text, (row) => row.type),
  name: field(is.text, (row) => row.name),
  description: field(is.text, (row) => row.description),
  enabled: field(is.boolean, (row) => row.enabled),
  links: field(selfLinkType, (row, look) => selfLink(look, `services/${row.id}`)),
});
