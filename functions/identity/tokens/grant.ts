// What a token is made of, once it is known who asks for it.
import type { Grant, Named, TokenCredential } from '../../../infra/identity/port.ts';
import { unauthorized } from '../../http/faults.ts';
import type { Proofs } from './prove.ts';
import type { SignInRow } from './store.ts';

const unscoped = { project: null, domain: null, isSystem: false, roles: [] } as const;

/** The grant of somebody who has proved who they are; 401 when they have no role on what they ask for. */
export function grantOf(proofs: Proofs, row: SignInRow, issuedAt: number): Grant {
  return {
    user: {
      id: row.user_id,
      name: row.user_name,
      domain: { id: row.user_domain_id, name: row.user_domain_name },
    },
    ...scopeOf(proofs, row),
    methods: proofs.methods,
    parentAuditId: proofs.token?.auditIds.at(-1) ?? null,
    credential: credentialOf(row),
    issuedAt,
    notAfter: endOf(proofs, row),
  };
}

function credentialOf(row: SignInRow): TokenCredential | null {
  if (row.credential_id === null) return null;
  const rules = row.credential_access_rules;
  return {
    id: row.credential_id,
    name: row.credential_name ?? '',
    isRestricted: row.credential_unrestricted !== true,
    ...(rules === null ? {} : { accessRules: JSON.parse(rules) as Rules }), // made by application-credentials/create.ts
  };
}

type Rules = NonNullable<TokenCredential['accessRules']>;

/** A token made from another ends with it, and one made with a credential ends with that. */
function endOf(proofs: Proofs, row: SignInRow): number | null {
  const ends = [proofs.token?.expiresAt, row.credential_expires].filter((end) => typeof end === 'number');
  return ends.length === 0 ? null : Math.min(...ends);
}

function scopeOf(proofs: Proofs, row: SignInRow): Pick<Grant, 'project' | 'domain' | 'isSystem' | 'roles' | 'through'> {
  const { kind } = proofs.scope;
  const isCredential = row.credential_id !== null;
  if (kind === 'unscoped' && !isCredential) return unscoped;
  const found = foundScope(row, kind === 'system');
  const roles = JSON.parse(row.roles ?? '[]') as Named[]; // made by the statement in store.ts
  if (found === null || roles.length === 0) {
    // A default project that no longer serves is no reason to keep its user out.
    if (kind === 'default') return unscoped;
    throw unauthorized();
  }
  const through = row.through === null ? {} : { through: JSON.parse(row.through) as string[] }; // likewise
  return { ...unscoped, ...found, roles, ...through };
}

function foundScope(row: SignInRow, isSystem: boolean): Partial<Grant> | null {
  if (isSystem) return { isSystem };
  if (row.project_id !== null) {
    const domain = { id: row.project_domain_id ?? '', name: row.project_domain_name ?? '' };
    return row.project_enabled === true
      ? { project: { id: row.project_id, name: row.project_name ?? '', domain } }
      : null;
  }
  if (row.domain_id === null || row.domain_enabled !== true) return null;
  return { domain: { id: row.domain_id, name: row.domain_name ?? '' } };
}
