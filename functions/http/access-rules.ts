// Access rules: a token that is restricted to some can do nothing else, whatever its roles allow.
import type { AccessRule, Actor } from '../../infra/identity/port.ts';
import { recent } from '../../infra/recent/port.ts';
import { Fault } from './faults.ts';
import type { ServiceName } from './operation.ts';

/** The service types under which clients know each of our services. */
const typesOf: Readonly<Record<ServiceName, readonly string[]>> = {
  'block-storage': ['block-storage', 'block-store', 'volumev3', 'volumev2', 'volume'],
  identity: ['identity'],
  image: ['image'],
  'key-manager': ['key-manager'],
};

/** The request to check, with the service that its route belongs to. */
export interface Wanted {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
}

/** Whoever holds a token may ask what it is, whatever its restrictions. */
const asksAboutTokens = ({ service, method, path }: Wanted) =>
  service === 'identity' && (method === 'GET' || method === 'HEAD') && path === '/identity/v3/auth/tokens';

/**
 * Throws the 403 unless the token has no access rules, or one of them allows the request. A service that continues
 * what a user began (with a valid X-Service-Token) is not bound by the user's rules, as in Keystone's middleware.
 */
export function requireAccess({ accessRules, service }: Actor, wanted: Wanted): void {
  if (accessRules === undefined || asksAboutTokens(wanted)) return;
  const { method, path } = wanted;
  const types = typesOf[wanted.service];
  if (accessRules.some((rule) => types.includes(rule.service) && rule.method === method && fits(rule.path, path)))
    return;
  if (service?.roles.has('service')) return;
  throw new Fault(403, `The access rules of the application credential do not allow ${method} ${path}.`);
}

/** Longer paths match nothing: none of our resources has one, and the time to compare grows with both lengths. */
const longestPath = 2048;

/** `{name}` and `*` match one segment or a part of one; `**` matches anything, slashes included. */
const tokens = /\{[^{}]*\}|\*\*|\*|[^*]/gsu;

type Part = 'segment' | 'anything' | { readonly sign: string };

/** A pattern in its parts. The last few that were parsed are kept. */
const read = recent<readonly Part[]>(500);

function partsOf(pattern: string): readonly Part[] {
  const known = read.get(pattern);
  if (known !== undefined) return known;
  const parts = (pattern.match(tokens) ?? []).map((token): Part => {
    if (token === '**') return 'anything';
    return token === '*' || /^\{.*\}$/s.test(token) ? 'segment' : { sign: token };
  });
  read.set(pattern, parts);
  return parts;
}

/**
 * Whether a path matches the whole pattern of a rule. One pass over the path, with the set of all positions that the
 * pattern may be at: no pattern makes it slow.
 */
export function fits(pattern: Pick<AccessRule, 'path'>['path'], path: string): boolean {
  if (path.length > longestPath) return false;
  const parts = partsOf(pattern);
  let places = reach(parts, new Set([0]));
  for (const sign of path) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === 'anything') next.add(place);
      else if (part === 'segment' && sign !== '/') next.add(place).add(place + 1);
      else if (typeof part === 'object' && part.sign === sign) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = reach(parts, next);
  }
  return places.has(parts.length);
}

/** These positions, and those that need no character to reach: `**` also matches nothing. */
function reach(parts: readonly Part[], places: Set<number>): Set<number> {
  for (const place of places) if (parts[place] === 'anything') places.add(place + 1); // iteration over a Set includes members added meanwhile
  return places;
}
