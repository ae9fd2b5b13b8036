// The catalog of a token: what Scoria serves itself, and after it what an operator has added.
import type { TokenClaims } from '../../../infra/identity/port.ts';
import { builtInEndpoints, builtInServices, isPlaceHolder, type Place } from './built-in.ts';
import type { StoredService } from './store.ts';

interface EndpointOfCatalog {
  readonly id: string;
  readonly interface: string;
  readonly region_id: string | null;
  readonly url: string;
}

const endpoint = ({ id, interface: name, region_id, url }: EndpointOfCatalog) => ({
  id,
  interface: name,
  region: region_id,
  region_id,
  url,
});

/** The catalog of a token, with the host that the client used. A token without a scope has none. */
export function catalogOf(claims: TokenClaims, place: Place, stored: readonly StoredService[]) {
  if (claims.project === null && claims.domain === null && !claims.isSystem) return undefined;
  const project = claims.project?.id ?? null;
  const others = stored.map(({ id, type, name, endpoints }) => {
    const filled = endpoints.flatMap((one) => {
      const url = fill(one.url, claims.user.id, project);
      return url === null ? [] : [endpoint({ ...one, url })];
    });
    return { id, type, name, endpoints: filled };
  });
  // Clients take the first service of a type: a real one goes before the place-holder.
  const isReplaced = (type: string) => others.some((one) => one.type === type && one.endpoints.length > 0);
  const endpoints = builtInEndpoints(place, project);
  const own = builtInServices
    .filter((service) => !(isPlaceHolder(service, place) && isReplaced(service.type)))
    .map(({ id, type, name }) => ({
      id,
      type,
      name,
      endpoints: endpoints.filter((one) => one.service_id === id).map(endpoint),
    }));
  return [...own, ...others];
}

const places = /[$%]\((project_id|tenant_id|user_id)\)s/g;

/** Puts project and user into a URL; null when it needs a project and the token has none. */
function fill(url: string, userId: string, project: string | null): string | null {
  let isComplete = true;
  const filled = url.replaceAll(places, (_, name: string) => {
    if (name === 'user_id') return userId;
    if (project === null) isComplete = false;
    return project ?? '';
  });
  return isComplete ? filled : null;
}

/** Whether a URL names nothing but what a token can put in. */
export const isTemplate = (url: string) => !/[$%]\(/.test(url.replaceAll(places, ''));
