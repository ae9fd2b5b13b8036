import type { ApplicationCredentialRow } from '../../../schema/identity.ts';
import { view } from '../../http/view.ts';
import { selfLink } from '../listing.ts';

export const credentialView = view<ApplicationCredentialRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  user_id: (row) => row.user_id,
  project_id: (row) => row.project_id,
  system: () => null,
  // Keystone writes six digits and no zone letter here.
  expires_at: (row) => (row.expires_at === null ? null : row.expires_at.slice(0, 23).padEnd(26, '0')),
  unrestricted: (row) => row.unrestricted,
  roles: (row) =>
    (JSON.parse(row.roles) as { id: string; name: string }[]) // made by the statements in store.ts
      .map((role) => ({ ...role, domain_id: null })),
  links: (row, look) => selfLink(look, `users/${row.user_id}/application_credentials/${row.id}`),
});
