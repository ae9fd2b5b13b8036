// Access rules: a token that is held to some does nothing else, whatever its roles allow.
import type { AccessRule, Actor } from '../../infra/identity/port.ts';
import { recent } from '../../infra/recent/port.ts';
import { Fault } from './faults.ts';
import type { ServiceName } from './operation.ts';

/** The types under which clients know each of our services. */
const typesOf: Readonly<Record<ServiceName, readonly string[]>> = {
  'block-storage': ['block-storage', 'block-store', 'volumev3', 'volumev2', 'volume'],
  identity: ['identity'],
  image: ['image'],
  'key-manager': ['key-manager'],
};

/** What is asked for: of the service that the route belongs to. */
export interface Wanted {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
}

/** Whoever holds a token may ask what it is, whatever it is held to. */
const asksAboutTokens = ({ service, method, path }: Wanted) =>
  service === 'identity' && (method === 'GET' || method === 'HEAD') && path === '/identity/v3/auth/tokens';

/**
 * Throws the 403 unless the token is held to no access rules, or one of them allows the request. A service that goes
 * on with what a user began (with a good X-Service-Token) is not held to the user's rules, as with Keystone's
 * middleware.
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

/** Longer paths fit nothing: no resource of ours has one, and comparing takes time with both lengths. */
const longestPath = 2048;

/** `{name}` and `*`: one segment, or a part of one. `**`: anything, slashes too. */
const tokens = /\{[^{}]*\}|\*\*|\*|[^*]/gsu;

type Part = 'segment' | 'anything' | { readonly sign: string };

/** A pattern in its parts; those that were read are kept, the latest few. */
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
 * Whether a path fits the pattern of a rule as a whole. Goes through the path once with all places of the pattern where
 * it may be: no pattern makes it slow.
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

/** Those places, and those that can be come to without a sign: `**` stands for nothing too. */
function reach(parts: readonly Part[], places: Set<number>): Set<number> {
  for (const place of places) if (parts[place] === 'anything') places.add(place + 1); // a set is walked to its new end
  return places;
}
