// What a client may send to sign in, and how it is read.
import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { badRequest } from '../../http/faults.ts';
import { anything, text } from '../../http/schemas.ts';
import { boolean, idText, secretText } from '../schemas.ts';

const name = () => text({ min: 1 });
const domain = Type.Object({ id: Type.Optional(idText()), name: Type.Optional(name()) });
const inDomain = { id: Type.Optional(idText()), name: Type.Optional(name()), domain: Type.Optional(domain) };

const scope = Type.Object({
  project: Type.Optional(Type.Object(inDomain)),
  domain: Type.Optional(domain),
  system: Type.Optional(Type.Object({ all: Type.Optional(boolean()) })),
  unscoped: Type.Optional(anything()),
  'OS-TRUST:trust': Type.Optional(anything()),
});

export const authBody = Type.Object(
  {
    auth: Type.Object({
      identity: Type.Object({
        methods: Type.Array(text({ min: 1 }), { minItems: 1, maxItems: 8 }),
        password: Type.Optional(Type.Object({ user: Type.Object({ ...inDomain, password: secretText() }) })),
        token: Type.Optional(Type.Object({ id: text({ min: 1, max: 16_384 }) })),
        application_credential: Type.Optional(
          Type.Object({
            id: Type.Optional(idText()),
            name: Type.Optional(name()),
            secret: secretText(),
            user: Type.Optional(Type.Object(inDomain)),
          }),
        ),
      }),
      scope: Type.Optional(Type.Union([scope, text(), Type.Null()])),
    }),
  },
  { hidesValues: true },
);

export type AuthBody = Static<typeof authBody>['auth'];

/** By id, or by name within a domain; what is not used is null. */
export interface Reference {
  readonly id: string | null;
  readonly name: string | null;
  readonly domainId: string | null;
  readonly domainName: string | null;
}

/** What a token is asked for. `default`: nothing was said, so the user's default project if there is one. */
export type ScopeAsked =
  | { readonly kind: 'default' | 'unscoped' | 'system' }
  | { readonly kind: 'project' | 'domain'; readonly reference: Reference };

const missing = (what: string, where: string) =>
  badRequest(
    `Expecting to find ${what} in ${where}. The server could not comply with the request since it is either ` +
      'malformed or otherwise incorrect. The client is assumed to be in error.',
  );

interface Referring {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly domain?: { readonly id?: string | undefined; readonly name?: string | undefined } | undefined;
}

/** A user or a project as the client names it. */
export function referenceOf(value: Referring, where: string): Reference {
  if (value.id !== undefined) return byId(value.id);
  if (value.name === undefined) throw missing('id or name', where);
  const { domain: inside } = value;
  if (inside === undefined || (inside.id === undefined && inside.name === undefined)) throw missing('domain', where);
  const domainId = inside.id ?? null;
  return { id: null, name: value.name, domainId, domainName: domainId === null ? (inside.name ?? null) : null };
}

export const byId = (id: string): Reference => ({ id, name: null, domainId: null, domainName: null });

/** The part of the body that a method needs; 400 when it is not there. */
export function partOf<T>(part: T | undefined, method: string): T {
  if (part === undefined) throw missing(method, 'identity');
  return part;
}

export function scopeOf(auth: AuthBody): ScopeAsked {
  const { scope: asked } = auth;
  if (asked === undefined || asked === null) return { kind: 'default' };
  if (typeof asked === 'string') {
    if (asked === 'unscoped') return { kind: 'unscoped' };
    throw missing('an object', 'scope');
  }
  const kinds = Object.keys(asked).filter((key) => ['project', 'domain', 'system', 'unscoped'].includes(key));
  if ('OS-TRUST:trust' in asked) throw badRequest('Trusts are not supported.');
  if (kinds.length !== 1) throw missing('exactly one of project, domain, system', 'scope');
  if (asked.project !== undefined) return { kind: 'project', reference: referenceOf(asked.project, 'project') };
  if (asked.domain !== undefined) return { kind: 'domain', reference: domainReference(asked.domain) };
  return { kind: asked.system === undefined ? 'unscoped' : 'system' };
}

function domainReference(value: Referring): Reference {
  if (value.id !== undefined) return byId(value.id);
  if (value.name === undefined) throw missing('id or name', 'domain');
  return { id: null, name: value.name, domainId: null, domainName: null };
}
