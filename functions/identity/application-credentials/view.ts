import type { ApplicationCredentialRow } from '../../../schema/identity.ts';
import * as is from '../../http/shape.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkShape } from '../listing.ts';

export const credentialView = view<ApplicationCredentialRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  user_id: field(is.text, (row) => row.user_id),
  project_id: field(is.text, (row) => row.project_id),
  system: field(is.nothing, () => null),
  // Keystone writes six digits and no zone letter here.
  expires_at: field(is.orNull(is.moment), (row) =>
    row.expires_at === null ? null : row.expires_at.slice(0, 23).padEnd(26, '0'),
  ),
  unrestricted: field(is.boolean, (row) => row.unrestricted),
  roles: field(is.listOf(is.object({ id: is.text, name: is.text, domain_id: is.nothing })), (row) =>
    (JSON.parse(row.roles) as { id: string; name: string }[]) // made by the statements in store.ts
      .map((role) => ({ ...role, domain_id: null })),
  ),
  links: field(selfLinkShape, (row, look) => selfLink(look, `users/${row.user_id}/application_credentials/${row.id}`)),
});
