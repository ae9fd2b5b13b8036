import type { InDomain, TokenClaims } from '../../../infra/identity/port.ts';
import type { catalogOf } from '../catalog/view.ts';

/** `2026-11-23T10:00:00.123000Z` */
export const zulu = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;

const inDomain = ({ id, name, domain }: InDomain) => ({ id, name, domain: { id: domain.id, name: domain.name } });

/** A token as Keystone shows it, with or without a catalog. */
export function tokenBody(claims: TokenClaims, catalog: ReturnType<typeof catalogOf>) {
  const { project, domain, credential } = claims;
  const isScoped = project !== null || domain !== null || claims.isSystem;
  return {
    token: {
      methods: claims.methods,
      user: { ...inDomain(claims.user), password_expires_at: null },
      ...(project === null ? {} : { project: inDomain(project), is_domain: false }),
      ...(domain === null ? {} : { domain: { id: domain.id, name: domain.name } }),
      ...(claims.isSystem ? { system: { all: true } } : {}),
      ...(isScoped ? { roles: claims.roles.map(({ id, name }) => ({ id, name })) } : {}),
      ...(catalog === undefined ? {} : { catalog }),
      ...(credential === null
        ? {}
        : {
            application_credential: {
              id: credential.id,
              name: credential.name,
              restricted: credential.isRestricted,
              ...(credential.accessRules === undefined ? {} : { access_rules: credential.accessRules }),
            },
          }),
      audit_ids: claims.auditIds,
      issued_at: zulu(claims.issuedAt),
      expires_at: zulu(claims.expiresAt),
    },
  };
}
