import type { AccessRuleRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const accessRuleView = view<AccessRuleRow>({
  id: field(is.text, (row) => row.id),
  service: field(is.text, (row) => row.service),
  method: field(is.text, (row) => row.method),
  path: field(is.text, (row) => row.path),
  links: field(selfLinkType, (row, look) => selfLink(look, `users/${row.user_id}/access_rules/${row.id}`)),
});
