import type { RoleRow } from '../../../schema/identity.ts';
import { view } from '../../http/view.ts';
import { selfLink } from '../listing.ts';

export const roleView = view<RoleRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  domain_id: () => null,
  description: (row) => row.description,
  options: (row) => (row.immutable ? { immutable: true } : {}),
  links: (row, look) => selfLink(look, `roles/${row.id}`),
});
