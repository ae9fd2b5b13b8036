import { time, view } from '../http/view.ts';
import type { EncryptionRow } from './store.ts';

/** The bare row, as clients have always got it. */
export const encryptionView = view<EncryptionRow>({
  volume_type_id: (row) => row.volume_type_id,
  control_location: (row) => row.control_location,
  cipher: (row) => row.cipher,
  key_size: (row) => row.key_size,
  provider: (row) => row.provider,
  encryption_id: (row) => row.encryption_id,
  created_at: (row) => time(row.created_at),
  updated_at: (row) => time(row.updated_at),
  deleted_at: () => null,
  deleted: () => false,
});
