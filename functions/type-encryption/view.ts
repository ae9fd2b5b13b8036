import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';
import type { EncryptionRow } from './store.ts';

/** The bare row, as clients have always got it. */
export const encryptionView = view<EncryptionRow>({
  volume_type_id: field(is.uuid, (row) => row.volume_type_id),
  control_location: field(is.among(['front-end', 'back-end']), (row) => row.control_location),
  cipher: field(is.orNull(is.text), (row) => row.cipher),
  key_size: field(is.orNull(is.integer), (row) => row.key_size),
  provider: field(is.text, (row) => row.provider),
  encryption_id: field(is.uuid, (row) => row.encryption_id),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
  deleted_at: field(is.nothing, () => null),
  deleted: field(is.boolean, () => false),
});
