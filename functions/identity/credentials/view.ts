import type { UserCredentialRow } from '../../../schema/identity.ts';
import * as is from '../../http/answer-types.ts';
import { field, view } from '../../http/view.ts';
import { selfLink, selfLinkType } from '../listing.ts';
import { keysIn } from './ec2-keys.ts';

/** Of rows whose blob has been opened. */
export const userCredentialView = view<UserCredentialRow>({
  id: field(is.text, (row) => row.id),
  user_id: field(is.text, (row) => row.user_id),
  project_id: field(is.orNull(is.text), (row) => row.project_id),
  type: field(is.text, (row) => row.type),
  blob: field(is.text, (row) => row.blob),
  links: field(selfLinkType, (row, look) => selfLink(look, `credentials/${row.id}`)),
});

/** The same credential as EC2 knows it. */
export const ec2View = view<UserCredentialRow>({
  user_id: field(is.text, (row) => row.user_id),
  tenant_id: field(is.orNull(is.text), (row) => row.project_id),
  access: field(is.text, (row) => keysIn(row.blob)?.access ?? ''),
  secret: field(is.text, (row) => keysIn(row.blob)?.secret ?? ''),
  trust_id: field(is.nothing, () => null),
  links: field(selfLinkType, (row, look) =>
    selfLink(look, `users/${row.user_id}/credentials/OS-EC2/${encodeURIComponent(keysIn(row.blob)?.access ?? '')}`),
  ),
});
