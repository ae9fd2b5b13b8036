// The resources of the embedded Keystone.
import type { Resource } from '../http/operation.ts';
import { accessRules } from './access-rules/index.ts';
import { applicationCredentials } from './application-credentials/index.ts';
import { catalog } from './catalog/index.ts';
import { credentials } from './credentials/index.ts';
import { discovery } from './discovery/index.ts';
import { domains } from './domains/index.ts';
import { endpoints } from './endpoints/index.ts';
import { grants } from './grants/index.ts';
import { groups } from './groups/index.ts';
import { projectLimits } from './project-limits/index.ts';
import { projects } from './projects/index.ts';
import { regions } from './regions/index.ts';
import { registeredLimits } from './registered-limits/index.ts';
import { roleAssignments } from './role-assignments/index.ts';
import { roles } from './roles/index.ts';
import { scopes } from './scopes/index.ts';
import { services } from './services/index.ts';
import { tokens } from './tokens/index.ts';
import { users } from './users/index.ts';

export const identityResources: readonly Resource[] = [
  discovery,
  tokens,
  scopes,
  catalog,
  services,
  endpoints,
  regions,
  domains,
  projects,
  users,
  groups,
  roles,
  grants,
  roleAssignments,
  applicationCredentials,
  accessRules,
  credentials,
  registeredLimits,
  projectLimits,
];
