// Which commands the `openstack` client has for identity, which of them a suite has used, and which nobody can use
// here.
import type { Client } from './clients.ts';

/** All of them, as the client itself says. */
export async function identityVerbs(client: Client): Promise<readonly string[]> {
  const groups: readonly { readonly Commands: readonly string[] }[] = await client.json(
    'command list --group openstack.identity.v3',
  );
  return groups.flatMap((group) => group.Commands);
}

/** The command in a line of words: the longest that it begins with. */
const verbIn = (verbs: readonly string[], words: string) =>
  verbs.filter((verb) => `${words} `.startsWith(`${verb} `)).sort((a, b) => b.length - a.length)[0];

/** The same client, which also notes each command that ended well. */
export function noting(client: Client, verbs: readonly string[], used: Set<string>): Client {
  const note = (words: string) => {
    const verb = verbIn(verbs, words);
    if (verb !== undefined) used.add(verb);
  };
  return {
    ...client,
    async run(words, ...more) {
      const said = await client.run(words, ...more);
      note(words);
      return said;
    },
    async json(words, ...more) {
      const said = await client.json(words, ...more);
      note(words);
      return said;
    },
  };
}

interface NotServed {
  /** What stands at the beginning of each command. */
  readonly verbs: readonly string[];
  readonly why: string;
  /** One that asks for nothing which would have to be there. */
  readonly example: string;
}

/** The commands that are refused (404), as docs/identity.md says. */
export const notServed: readonly NotServed[] = [
  {
    verbs: ['trust'],
    why: 'no trusts: an application credential passes roles on',
    example: 'trust list',
  },
  {
    verbs: ['consumer', 'request token', 'access token'],
    why: 'no OAuth 1: an application credential lets a program in',
    example: 'consumer list',
  },
  {
    verbs: ['identity provider', 'mapping', 'federation', 'service provider'],
    why: 'no federation: SCORIA_IDENTITY=oidc takes the tokens of an OpenID issuer, or a Keystone federates',
    example: 'identity provider list',
  },
  {
    verbs: ['endpoint group', 'endpoint add project', 'endpoint remove project'],
    why: 'every project sees the whole catalog',
    example: 'endpoint group list',
  },
  {
    verbs: ['policy'],
    why: 'documents that no service reads: SCORIA_POLICY is the policy of Block Storage',
    example: 'policy list',
  },
];

/** Why a command is not served; null: it is. */
export const whyNot = (verb: string): string | null =>
  notServed.find((one) => one.verbs.some((begin) => `${verb} `.startsWith(`${begin} `)))?.why ?? null;
