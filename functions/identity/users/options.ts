// The options of a user: how it signs in. What they ask for is done, or refused.
import * as Type from '@sinclair/typebox';
import type { UserOptions } from '../../../schema/identity.ts';
import { badRequest } from '../../http/faults.ts';
import { valueSchema } from '../../http/schemas.ts';
import { optionFlag } from '../extra.ts';
import { methods } from '../tokens/methods.ts';

type Rules = readonly (readonly string[])[];

const isRules = (value: unknown): value is Rules =>
  Array.isArray(value) && value.length <= 20 && value.every((rule) => Array.isArray(rule) && isRule(rule));
const isRule = (rule: readonly unknown[]) => rule.length <= 8 && rule.every((one) => typeof one === 'string');

const rules = () =>
  valueSchema<Rules | null>(
    { type: ['array', 'null'], maxItems: 20, items: { type: 'array', maxItems: 8, items: { type: 'string' } } },
    {
      check: (value) => (value === null || isRules(value) ? null : 'is not a list of lists of methods'),
      read: (value) => (isRules(value) ? value : null),
    },
  );

export const userOptions = () =>
  Type.Object(
    {
      ignore_change_password_upon_first_use: Type.Optional(optionFlag()),
      ignore_password_expiry: Type.Optional(optionFlag()),
      ignore_lockout_failure_attempts: Type.Optional(optionFlag()),
      lock_password: Type.Optional(optionFlag()),
      multi_factor_auth_enabled: Type.Optional(optionFlag()),
      multi_factor_auth_rules: Type.Optional(rules()),
    },
    { additionalProperties: false },
  );

/** Refuses rules that nobody could fulfil here, or that everybody does. */
export function requireMethods(asked: { readonly multi_factor_auth_rules?: Rules | null } | undefined): void {
  for (const rule of asked?.multi_factor_auth_rules ?? []) {
    const unknown = rule.find((one) => !methods.includes(one));
    if (unknown !== undefined) {
      throw badRequest(
        `multi_factor_auth_rules: nobody can sign in by ${unknown} here. There are ${methods.join(', ')}.`,
      );
    }
    if (rule.length === 0) throw badRequest('multi_factor_auth_rules: a rule must name a method.');
  }
}

/** The options of a row. */
export const readOptions = (options: string) => JSON.parse(options) as UserOptions; // checked when it was written

/** The rules that somebody who used these methods does not fulfil; null when one is, or none is needed. */
export function unmetRules(options: UserOptions, used: readonly string[]): Rules | null {
  const needed = options.multi_factor_auth_enabled ? (options.multi_factor_auth_rules ?? []) : [];
  const isMet = needed.length === 0 || needed.some((rule) => rule.every((method) => used.includes(method)));
  return isMet ? null : needed;
}
