import type { Rules } from '../../http/policy.ts';

// All of them also let the user pass whose credential it is.
export const userCredentialRules: Rules = {
  'identity:create_credential': 'admin',
  'identity:list_credentials': 'admin',
  'identity:get_credential': 'admin',
  'identity:update_credential': 'admin',
  'identity:delete_credential': 'admin',
  'identity:ec2_create_credential': 'admin',
  'identity:ec2_list_credentials': 'admin',
  'identity:ec2_get_credential': 'admin',
  'identity:ec2_delete_credential': 'admin',
};
