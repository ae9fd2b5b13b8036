// docs/sql.md and docs/sql/: every statement whole, as it runs.
import type { Fragment, ListedStatement } from '../../schema/statement.ts';
import { works } from '../../workers/work/index.ts';
import { largeStatements } from '../budget/large-statements.ts';
import { allStatements, bytesOf } from '../harness/statements.ts';

const kinds = new Set<string>(works.map(({ kind }) => kind));

/** The page of a statement: the first word of its name, and of what workers run `work-<resource>`. */
function areaOf(name: string): string {
  const [first = '', second = ''] = name.split('.');
  const claimed = /^operations\.claim-(?:to-schedule-)?(\w+)\./.exec(name)?.[1];
  if (claimed !== undefined) return `work-${claimed.replaceAll('_', '-')}`;
  return kinds.has(`${first}.${second}`) ? `work-${first.replaceAll('_', '-')}` : first;
}

const areas = Map.groupBy(allStatements, ({ name }) => areaOf(name));

const code = (words: readonly string[]) => words.map((one) => `\`${one}\``).join(', ');

function fragmentRow({ name, relations, writes, refuses }: Fragment): string {
  const does = [...(writes ? ['writes'] : ['reads']), ...(refuses ? ['must be read: it may refuse'] : [])].join('; ');
  return `| \`${name}\` | ${does} | ${code(relations)} |`;
}

function section(statement: ListedStatement): string {
  const { name, text, fragments, parameters } = statement;
  const taken = Object.entries(parameters).map(([one, type]) => `${one}::${type}`);
  const rows = fragments.map(fragmentRow);
  const table = rows.length === 0 ? '' : `\n| fragment | | of |\n|---|---|---|\n${rows.join('\n')}\n`;
  return `
## ${name}

${taken.length === 0 ? 'No parameters.' : `Parameters: ${code(taken)}.`}
${table}
\`\`\`sql
${text.trim()}
\`\`\`
`;
}

function largeRow(name: string): string {
  const statement = allStatements.find((one) => one.name === name);
  const row = largeStatements[name];
  if (statement === undefined || row === undefined) return '';
  const kib = (bytesOf(statement) / 1024).toFixed(1);
  return `| [${name}](sql/${areaOf(name)}.md) | ${kib} | ${row.why} | ${row.plan} | ${row.planMilliseconds} |`;
}

/** The pages by their names in docs/. */
export function sqlPages(head: (title: string) => string): Readonly<Record<string, string>> {
  const names = [...areas.keys()].sort();
  const index = `${head('SQL')}
Every statement that stands in the code, whole, by what its name begins with; \`work-*\` are those that claim and end work.
A statement is made of fragments (\`schema/statement.ts\`): its CTEs, in their order, and the query after them. What is
checked when it is made: [decisions/0079](decisions/0079-statements-are-checked-when-they-are-made.md). Lists are not here:
the conditions of one are made from its request (\`functions/http/page.ts\`).

${names.map((one) => `[${one}](sql/${one}.md)`).join(', ')}

## The largest

| statement | KiB | why it is one | how it reads | planned in ms |
|---|---|---|---|---|
${Object.keys(largeStatements).map(largeRow).join('\n')}
`;
  const pages = names.map((one) => [
    `sql/${one}.md`,
    `${head(`SQL: ${one}`)}${(areas.get(one) ?? []).map(section).join('')}`,
  ]);
  return { 'sql.md': index, ...Object.fromEntries(pages) };
}
