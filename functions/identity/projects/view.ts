import type { ProjectRow } from '../../../schema/identity.ts';
import { view } from '../../http/view.ts';
import { selfLink } from '../listing.ts';

/** Projects have no parents here but their domain. */
export const projectView = view<ProjectRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  domain_id: (row) => row.domain_id,
  description: (row) => row.description,
  enabled: (row) => row.enabled,
  parent_id: (row) => row.domain_id,
  is_domain: () => false,
  tags: () => [],
  options: () => ({}),
  links: (row, look) => selfLink(look, `projects/${row.id}`),
});
