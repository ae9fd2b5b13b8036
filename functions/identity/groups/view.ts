import type { UserGroupRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field } from '../../http/view.ts';
import { openView } from '../extra.ts';
import { selfLink, selfLinkType } from '../listing.ts';

export const groupView = openView<UserGroupRow>({
  id: field(is.text, (row) => row.id),
  name: field(is.text, (row) => row.name),
  domain_id: field(is.text, (row) => row.domain_id),
  description: field(is.text, (row) => row.description),
  links: field(selfLinkType, (row, look) => selfLink(look, `groups/${row.id}`)),
});
