// The files that settings name: the policy, Keystone's public keys, the mapping of claims. Read once, at start.
import { readFileSync } from 'node:fs';
import { declaredRules } from '../functions/every-service.ts';
import { Policy } from '../functions/http/policy.ts';
import { inWords, PolicyError, type Problem } from '../functions/http/policy-file.ts';
import { type Override, readOverrides, warningsOf } from '../functions/http/policy-table.ts';
import { readJwsKeys } from '../infra/identity/keystone-jws.ts';
import type { ExternalIdentity } from '../infra/identity/node.ts';
import { readMapping } from '../infra/identity/oidc-mapping.ts';
import { CommandError, exit } from './command.ts';
import type { Settings } from './settings.ts';

export interface PolicyFile {
  readonly overrides: readonly Override[];
  readonly policy: Policy;
  /** Entries without effect, one line each. */
  readonly warnings: readonly string[];
}

/** Reads the policy file, if there is one. Throws a CommandError with one line for each mistake in it. */
export function readPolicy({ policy: path }: Pick<Settings, 'policy'>): PolicyFile {
  if (path === null) return { overrides: [], policy: new Policy(declaredRules), warnings: [] };
  const shown = (problem: Problem) => `${path}: ${inWords(problem)}`;
  const text = readText('SCORIA_POLICY', path);
  try {
    const overrides = readOverrides(text);
    const policy = new Policy(declaredRules, overrides);
    return { overrides, policy, warnings: warningsOf(declaredRules, overrides).map(shown) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new CommandError(`the policy cannot be used:\n${error.problems.map(shown).join('\n')}`, exit.usage);
  }
}

/** The external identity with the content of its files; null for the embedded one. */
export async function readExternalIdentity({ identity }: Pick<Settings, 'identity'>): Promise<ExternalIdentity | null> {
  if (identity === null) return null;
  if (identity.kind === 'keystone') {
    const { jwsKeys: path, ...rest } = identity;
    return path === null ? rest : { ...rest, jwsKeys: await parsed('SCORIA_KEYSTONE_JWS_KEYS', path, readJwsKeys) };
  }
  const { mapping: path, ...rest } = identity;
  return path === null ? rest : { ...rest, mapping: await parsed('SCORIA_OIDC_MAPPING', path, readMapping) };
}

async function parsed<Value>(
  variable: string,
  path: string,
  parse: (text: string) => Value | Promise<Value>,
): Promise<Value> {
  const text = readText(variable, path);
  try {
    return await parse(text);
  } catch (error) {
    throw new CommandError(`${variable}: ${path} cannot be used: ${reasonOf(error)}.`, exit.usage);
  }
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${variable}: ${path} cannot be read: ${reasonOf(error)}.`, exit.usage);
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
