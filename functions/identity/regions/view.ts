import type { RegionRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const regionView = view<RegionRow>({
  id: field(is.text, (row) => row.id),
  parent_region_id: field(is.orNull(is.text), (row) => row.parent_region_id),
  description: field(is.text, (row) => row.description),
  links: field(selfLinkType, (row, look) => selfLink(look, `regions/${encodeURIComponent(row.id)}`)),
});
