// Who somebody is, by the methods they chose; every one of them must hold, and for the same user.
import { subject, type TokenClaims } from '../../../infra/identity/port.ts';
import { badRequest, Fault, unauthorized } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { couldNotFindToken } from '../faults.ts';
import { admit, isRight } from '../guarded.ts';
import { keystoneOf, refused } from '../keystone.ts';
import { readOptions, unmetRules } from '../users/options.ts';
import { type AuthBody, byId, partOf, type Reference, referenceOf, scopeOf } from './body.ts';
import { methods as known } from './methods.ts';
import type { Lookup, SignIn, SignInRow } from './store.ts';

type AnyCall = Call<unknown>;

/** What the client brings for each method it named. */
export interface Proofs extends Lookup {
  readonly methods: readonly string[];
  readonly password: string | null;
  readonly secret: string | null;
  readonly token: TokenClaims | null;
}

/** Reads the proofs, without looking anything up but the token. 400 for what is missing, 401 for what cannot hold. */
export async function readProofs(call: AnyCall, auth: AuthBody): Promise<Proofs> {
  const methods = [...new Set(auth.identity.methods)];
  if (methods.some((one) => !known.includes(one))) {
    throw new Fault(401, 'Attempted to authenticate with an unsupported method.');
  }
  const { identity } = auth;
  const has = (method: string) => methods.includes(method);
  const password = has('password') ? partOf(identity.password, 'password').user : null;
  const credential = has('application_credential')
    ? partOf(identity.application_credential, 'application_credential')
    : null;
  const token = has('token') ? await readToken(call, partOf(identity.token, 'token').id) : null;
  const scope = scopeOf(auth);
  if (credential !== null && scope.kind !== 'default') {
    throw new Fault(401, 'Application credentials cannot request a scope.');
  }
  const own = credential === null ? null : credentialUser(credential);
  return {
    methods: [...new Set([...methods, ...(token?.methods ?? [])])],
    user: password !== null ? referenceOf(password, 'user') : token !== null ? byId(token.user.id) : own,
    credential: credential === null ? null : { id: credential.id ?? null, name: credential.name ?? null },
    // A credential has its own project.
    scope: credential === null ? scope : { kind: 'unscoped' },
    password: password?.password ?? null,
    secret: credential?.secret ?? null,
    token,
  };
}

/** By its id a credential names its user itself; by its name it needs one. */
function credentialUser(credential: NonNullable<AuthBody['identity']['application_credential']>): Reference | null {
  if (credential.id !== undefined) return null;
  if (credential.name === undefined) throw badRequest('Expecting to find id or name in application_credential.');
  return referenceOf(partOf(credential.user, 'user'), 'user');
}

async function readToken(call: AnyCall, id: string): Promise<TokenClaims> {
  const claims = await keystoneOf(call).read(id);
  if (claims === null) throw couldNotFindToken();
  if (claims.credential !== null) throw refused('A token of an application credential cannot be given another scope.');
  return claims;
}

/** Passwords and secrets wait their turn before anything is looked up; a token that holds need not. */
export function admitted<T>(call: AnyCall, { user, credential, password, secret }: Proofs, work: () => Promise<T>) {
  const given = password ?? secret;
  if (given === null) return work();
  // Without the domain: it only says whose turn it is.
  const named = (password === null ? credential?.id : null) ?? user?.id ?? user?.name ?? '';
  return admit(call, named, given, work);
}

/**
 * Holds the proofs against what the database has. Throws the same 401 whatever is wrong: neither its words nor its
 * time tell whether a user exists.
 */
export async function prove(call: AnyCall, proofs: Proofs, { row, userDomainId }: SignIn): Promise<SignInRow> {
  const options = readOptions(row?.user_options ?? '{}');
  const isNeverClosed = options.ignore_lockout_failure_attempts === true;
  const account = row === null ? nobody(proofs.user, userDomainId) : subject.user(row.user_id);
  let holds = row !== null;
  if (proofs.password !== null) {
    const kept = { hash: row?.password ?? null, isNeverClosed };
    holds = (await isRight(call, account, proofs.password, kept)) && holds;
  }
  if (proofs.secret !== null) {
    const { id, name } = proofs.credential ?? {};
    const credential = subject.credential(row?.credential_id ?? id ?? `${account}/${name}`);
    const kept = { hash: row?.credential_secret ?? null, isNeverClosed };
    holds = (await isRight(call, credential, proofs.secret, kept)) && holds;
    const expires = row?.credential_expires ?? Number.POSITIVE_INFINITY;
    holds = holds && expires > call.ports.clock.now();
  }
  if (proofs.token !== null) holds = holds && proofs.token.user.id === row?.user_id;
  if (!holds || row === null || !row.user_enabled) throw unauthorized();
  // Told only to those whose proofs are right so far.
  const unmet = unmetRules(options, proofs.methods);
  if (unmet !== null) throw needsMore(unmet);
  return row;
}

/** One name for a user who does not exist, whichever way its domain is named. */
function nobody(user: Reference | null, domainId: string | null): string {
  if (user === null) return '';
  return subject.user(user.id ?? `${domainId ?? `?${user.domainId ?? user.domainName}`}/${user.name}`);
}

const needsMore = (rules: readonly (readonly string[])[]) =>
  new Fault(
    401,
    `More methods of authentication are needed: ${rules.map((rule) => rule.join(' and ')).join(', or ')}.`,
  );
