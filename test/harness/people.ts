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

function person(name: string, projectId: string | null, role: keyof typeof roles | null, isSystem = false): Actor {
  return {
    userId: `u-${name}`,
    userName: name,
    projectId,
    domainId: null,
    isSystem,
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
  systemAdmin: person('systemAdmin', null, 'admin', true),
  systemReader: person('systemReader', null, 'reader', true),
  service: person('service', projects.other, 'service'),
};
