// The catalog of the caller's token.
import { operation, type Resource } from '../../http/operation.ts';
import { claimsOf, refused } from '../keystone.ts';
import { placeOf } from './built-in.ts';
import { catalogRules } from './policy.ts';
import { findStored } from './store.ts';
import { catalogOf } from './view.ts';

export const catalog: Resource = {
  name: 'catalog',
  operations: [
    operation({
      name: 'auth-catalog-show',
      summary: "Show the catalog of the caller's token",
      method: 'GET',
      path: '/auth/catalog',
      policy: ['identity:get_auth_catalog'],
      success: 200,
      handler: async (call) => {
        const claims = await claimsOf(call);
        const shown = catalogOf(claims, placeOf(call), await findStored(call.ports.database));
        if (shown === undefined) throw refused('a token without a scope has no catalog.');
        return { catalog: shown, links: { next: null, self: call.links.self, previous: null } };
      },
    }),
  ],
  rules: catalogRules,
};
