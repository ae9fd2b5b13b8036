import type { DomainRow } from '../../../schema/identity.ts';
import { view } from '../../http/view.ts';
import { selfLink } from '../listing.ts';

export const domainView = view<DomainRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  enabled: (row) => row.enabled,
  tags: () => [],
  options: () => ({}),
  links: (row, look) => selfLink(look, `domains/${row.id}`),
});
