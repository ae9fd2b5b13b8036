import type { RegisteredLimitRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const registeredLimitView = view<RegisteredLimitRow>({
  id: field(is.text, (row) => row.id),
  service_id: field(is.text, (row) => row.service_id),
  region_id: field(is.orNull(is.text), (row) => row.region_id),
  resource_name: field(is.text, (row) => row.resource_name),
  default_limit: field(is.integer, (row) => row.default_limit),
  description: field(is.orNull(is.text), (row) => row.description),
  links: field(selfLinkType, (row, look) => selfLink(look, `registered_limits/${row.id}`)),
});
