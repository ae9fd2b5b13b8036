// What the identity resources share: the embedded Keystone, the caller's token, and "oneself or an admin".
import type { Keystone, TokenClaims } from '../../infra/identity/port.ts';
import { Fault, noSuchRoute, unauthorized } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';

type AnyCall = Call<unknown>;

/** The embedded Keystone. Where another one is used, nothing is found under /identity. */
export function keystoneOf(call: Pick<AnyCall, 'ports'>): Keystone {
  const { keystone } = call.ports;
  if (keystone === undefined) throw noSuchRoute();
  return keystone;
}

/** What the token of the request says, which is more than the actor: role ids, scope names, how it was made. */
export async function claimsOf(call: AnyCall): Promise<TokenClaims> {
  const claims = await keystoneOf(call).read(call.headers.get('x-auth-token') ?? '');
  if (claims === null) throw unauthorized();
  return claims;
}

/** Lets the user of that id pass, and whoever passes the rule; refuses everybody else by the rule's name. */
export function requireSelfOr(call: AnyCall, rule: string, userId: string): void {
  if (call.actor.userId !== userId) call.policy.require(rule, call.actor);
}

/**
 * Refuses a token of a restricted application credential, which makes and deletes no credentials; returns the claims.
 */
export async function requireUnrestricted(call: AnyCall): Promise<TokenClaims> {
  const claims = await claimsOf(call);
  if (claims.credential?.isRestricted) {
    throw refused('This method is not allowed for restricted application credentials.');
  }
  // What it makes would not be held to the rules.
  if (claims.credential?.accessRules !== undefined) {
    throw refused('This method is not allowed for application credentials with access rules.');
  }
  return claims;
}

/** A value of the path. PostgreSQL takes no NUL, and no id has one: the sign that stands in its place finds nothing. */
export function param<Name extends string>(call: Pick<Call<unknown, Name>, 'params'>, name: Name): string {
  return withoutNul(call.params[name]);
}

/** A query parameter as a filter; null when it was not given. */
export function filter(call: Pick<AnyCall, 'query'>, name: string): string | null {
  const value = call.query.get(name);
  return value === null ? null : withoutNul(value);
}

const withoutNul = (value: string) => value.replaceAll('\u0000', '\uFFFD');

const no = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

/** A query parameter that is true by being there (`?effective`) unless it says otherwise. */
export function isAsked(call: Pick<AnyCall, 'query'>, name: string): boolean {
  const value = call.query.get(name);
  return value !== null && !no.has(value.toLowerCase());
}

/** `?enabled=`; null when it was not given. */
export function enabledFilter(call: Pick<AnyCall, 'query'>): boolean | null {
  return call.query.has('enabled') ? isAsked(call, 'enabled') : null;
}

/** An id as Keystone makes them: 32 hexadecimal digits. */
export const newId = (call: Pick<AnyCall, 'ports'>) => call.ports.ids.uuid().replaceAll('-', '');

/** A refusal that names a reason in Keystone's words rather than a rule. */
export const refused = (why: string) =>
  new Fault(403, `You are not authorized to perform the requested action: ${why}`);
