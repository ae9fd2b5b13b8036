import type { UserRow } from '../../../schema/identity.ts';
import { view } from '../../http/view.ts';
import { selfLink } from '../listing.ts';

export const userView = view<UserRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  domain_id: (row) => row.domain_id,
  enabled: (row) => row.enabled,
  default_project_id: (row) => row.default_project_id ?? undefined,
  email: (row) => row.email ?? undefined,
  description: (row) => row.description ?? undefined,
  password_expires_at: () => null,
  options: () => ({}),
  links: (row, look) => selfLink(look, `users/${row.id}`),
});
