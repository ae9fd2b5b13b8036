import type { ProjectLimitRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const projectLimitView = view<ProjectLimitRow>({
  id: field(is.text, (row) => row.id),
  project_id: field(is.orNull(is.text), (row) => row.project_id),
  domain_id: field(is.orNull(is.text), (row) => row.domain_id),
  service_id: field(is.text, (row) => row.service_id),
  region_id: field(is.orNull(is.text), (row) => row.region_id),
  resource_name: field(is.text, (row) => row.resource_name),
  resource_limit: field(is.integer, (row) => row.resource_limit),
  description: field(is.orNull(is.text), (row) => row.description),
  links: field(selfLinkType, (row, look) => selfLink(look, `limits/${row.id}`)),
});
