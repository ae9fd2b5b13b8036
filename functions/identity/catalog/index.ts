// The catalog of the caller's token, and its parts for admins. Read only: it follows from the settings.
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { claimsOf, filter, keystoneOf, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { catalogRules } from './policy.ts';
import { catalogOf, endpointList, type Place, placeOf, regionList, serviceList } from './view.ts';

function place(call: Call): Place {
  keystoneOf(call);
  return placeOf(call);
}

async function ownCatalog(call: Call) {
  const catalog = catalogOf(await claimsOf(call), place(call));
  if (catalog === undefined) throw refused('a token without a scope has no catalog.');
  return { catalog, links: { next: null, self: call.links.self, previous: null } };
}

interface Part {
  readonly one: string;
  readonly many: string;
  readonly all: (place: Place) => readonly { readonly id: string }[];
  readonly filters: readonly string[];
}

const parts: readonly Part[] = [
  { one: 'service', many: 'services', all: serviceList, filters: ['type', 'name'] },
  { one: 'endpoint', many: 'endpoints', all: endpointList, filters: ['interface', 'service_id', 'region_id'] },
  { one: 'region', many: 'regions', all: regionList, filters: ['parent_region_id'] },
];

function partOperations({ one, many, all, filters }: Part) {
  const matches = (call: Call) => (item: Readonly<Record<string, unknown>>) =>
    filters.every((name) => [null, item[name]].includes(filter(call, name)));
  return [
    operation({
      name: `${one}-list`,
      summary: `List the ${many} of the catalog`,
      method: 'GET',
      path: `/${many}`,
      policy: [`identity:list_${many}`],
      success: 200,
      handler: async (call) =>
        listAnswer(
          call,
          many,
          all(place(call)).filter((item) => matches(call)({ ...item })),
        ),
    }),
    operation({
      name: `${one}-show`,
      summary: `Show one of the ${many} of the catalog`,
      method: 'GET',
      path: `/${many}/{${one}_id}`,
      policy: [`identity:get_${one}`],
      success: 200,
      handler: async (call) => {
        const id = param(call, `${one}_id`);
        const found = all(place(call)).find((item) => item.id === id);
        if (found === undefined) throw couldNotFind(one, id);
        return { [one]: found };
      },
    }),
  ];
}

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
      handler: ownCatalog,
    }),
    ...parts.flatMap(partOperations),
  ],
  rules: catalogRules,
};
