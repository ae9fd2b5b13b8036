import type { Rules } from '../../http/policy.ts';

// Both also let the token's own user pass: requireSelfOr().
export const tokenRules: Rules = {
  // Services check the tokens of those who call them.
  'identity:validate_token': 'service',
  'identity:revoke_token': 'admin',
};
