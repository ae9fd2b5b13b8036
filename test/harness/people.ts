// The people of the tests: one token each.
import type { Actor } from '../../infra/identity/port.ts';

export const projects = {
  own: 'a0000000000000000000000000000001',
  other: 'b0000000000000000000000000000002',
} as const;

/** Roles with what they imply. */
const roles = {
  reader: ['reader'],
  member: ['member', 'reader'],
  manager: ['manager', 'member', 'reader'],
  admin: ['admin', 'manager', 'member', 'reader'],
  service: ['service'],
} as const;

type Scope = { readonly domainId?: string; readonly isSystem?: true };

function person(name: string, projectId: string | null, role: keyof typeof roles | null, scope: Scope = {}): Actor {
  return {
    userId: `u-${name}`,
    userName: name,
    userDomainId: 'default',
    projectId,
    projectDomainId: projectId === null ? null : 'default',
    domainId: scope.domainId ?? null,
    isSystem: scope.isSystem ?? false,
    roles: new Set(role === null ? [] : roles[role]),
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

/** Each token is its person's name. */
export const people: Readonly<Record<string, Actor>> = {
  reader: person('reader', projects.own, 'reader'),
  member: person('member', projects.own, 'member'),
  manager: person('manager', projects.own, 'manager'),
  admin: person('admin', projects.own, 'admin'),
  roleless: person('roleless', projects.own, null),
  otherReader: person('otherReader', projects.other, 'reader'),
  otherMember: person('otherMember', projects.other, 'member'),
  otherAdmin: person('otherAdmin', projects.other, 'admin'),
  domainReader: person('domainReader', null, 'reader', { domainId: 'default' }),
  systemAdmin: person('systemAdmin', null, 'admin', { isSystem: true }),
  systemReader: person('systemReader', null, 'reader', { isSystem: true }),
  service: person('service', projects.other, 'service'),
};
