import type { AccessRule } from '../../../infra/identity/port.ts';
import type { ApplicationCredentialRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

type StoredRule = AccessRule & { readonly id: string };
const ruleType = is.object({ id: is.text, service: is.text, method: is.text, path: is.text });

export const credentialView = view<ApplicationCredentialRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  user_id: field(is.text, (row) => row.user_id),
  project_id: field(is.text, (row) => row.project_id),
  system: field(is.nothing, () => null),
  // Keystone writes six digits and no zone letter here.
  expires_at: field(is.orNull(is.moment), (row) => (row.expires_at === null ? null : row.expires_at.slice(0, 26))),
  unrestricted: field(is.boolean, (row) => row.unrestricted),
  roles: field(is.listOf(is.object({ id: is.text, name: is.text, domain_id: is.nothing })), (row) =>
    (JSON.parse(row.roles) as { id: string; name: string }[]) // made by the statements in store.ts
      .map((role) => ({ ...role, domain_id: null })),
  ),
  access_rules: field(
    is.optional(is.listOf(ruleType)),
    (row) => (row.access_rules === null ? undefined : (JSON.parse(row.access_rules) as StoredRule[])), // made by create.ts
  ),
  links: field(selfLinkType, (row, look) => selfLink(look, `users/${row.user_id}/application_credentials/${row.id}`)),
});
