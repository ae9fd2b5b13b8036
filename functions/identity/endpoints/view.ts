import type { EndpointRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const endpointView = view<EndpointRow>({
  id: field(is.text, (row) => row.id),
  interface: field(is.text, (row) => row.interface),
  region: field(is.orNull(is.text), (row) => row.region_id),
  region_id: field(is.orNull(is.text), (row) => row.region_id),
  service_id: field(is.text, (row) => row.service_id),
  url: field(is.text, (row) => row.url),
  name: field(is.optional(is.text), (row) => row.name ?? undefined),
  description: field(is.optional(is.text), (row) => row.description ?? undefined),
  enabled: field(is.boolean, (row) => row.enabled),
  links: field(selfLinkType, (row, look) => selfLink(look, `endpoints/${row.id}`)),
});
