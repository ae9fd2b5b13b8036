import type { RoleRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field } from '../../http/view.ts';
import { openView } from '../extra.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const roleView = openView<RoleRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  domain_id: field(is.orNull(is.text), (row) => row.domain_id),
  description: field(is.orNull(is.text), (row) => row.description),
  options: field(is.record, (row) => (row.immutable ? { immutable: true } : {})),
  links: field(selfLinkType, (row, look) => selfLink(look, `roles/${row.id}`)),
});
