import type { Rules } from '../../http/policy.ts';

export const roleAssignmentRules: Rules = { 'identity:list_role_assignments': 'admin' };
