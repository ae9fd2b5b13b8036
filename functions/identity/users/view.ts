import type { UserRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field } from '../../http/view.ts';
import { openView } from '../extra.ts';
import { selfLink, selfLinkType } from '../listing.ts';
import { readOptions } from './options.ts';

export const userView = openView<UserRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  domain_id: field(is.text, (row) => row.domain_id),
  enabled: field(is.boolean, (row) => row.enabled),
  default_project_id: field(is.optional(is.text), (row) => row.default_project_id ?? undefined),
  email: field(is.optional(is.text), (row) => row.email ?? undefined),
  description: field(is.optional(is.text), (row) => row.description ?? undefined),
  password_expires_at: field(is.nothing, () => null),
  options: field(is.record, (row) => readOptions(row.options)),
  links: field(selfLinkType, (row, look) => selfLink(look, `users/${row.id}`)),
});
