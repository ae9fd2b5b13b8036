import type { Rules } from '../http/policy.ts';

export const volumeEncryptionRules: Rules = {
  'volume_extension:volume_encryption_metadata': 'projectReader',
};
