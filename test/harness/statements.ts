// Every statement that the shipped modules make when they are loaded, each name once, in order of name. Tests that run in
// the same process may have made statements of their own: their names begin with `test.`.
import { createRequire } from 'node:module';
import { type ListedStatement, statements } from '../../schema/statement.ts';
import { readSources } from './sources.ts';

const makers = readSources().filter(
  (one) => !one.isTest && one.imports.some(({ target, isType }) => target === 'schema/statement.ts' && !isType),
);
// Not by import(): what tests share must not await at its top.
const load = createRequire(import.meta.url);
for (const { path } of makers) load(`../../${path}`);
// Those that are made of the kinds of work.
load('../../workers/work/statements.ts');

export const allStatements: readonly ListedStatement[] = [
  ...new Map(statements.filter(({ name }) => !name.startsWith('test.')).map((one) => [one.name, one])).values(),
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Statements that were made under one name with different texts. */
export const differing = statements
  .filter(({ name, text }) => allStatements.some((one) => one.name === name && one.text !== text))
  .map(({ name }) => name);

/** Bytes as they are sent. */
export const bytesOf = ({ text }: Pick<ListedStatement, 'text'>) => new TextEncoder().encode(text).length;
