import type { Rules } from '../../http/policy.ts';

// All but the first also let the user itself pass: requireSelfOr().
export const credentialRules: Rules = {
  'identity:create_application_credential': 'anyone',
  'identity:list_application_credentials': 'admin',
  'identity:get_application_credential': 'admin',
  'identity:delete_application_credential': 'admin',
};
