// docs/compatibility.md: each operation, its tests, the clients that used it in the acceptance runs, and what differs
// from Cinder. Made of the list of operations, the sources of the tests and test/acceptance/record.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storageResources } from '../../functions/every-service.ts';
import type { Operation, Resource } from '../../functions/http/operation.ts';
import { readSources, root } from '../harness/sources.ts';
import { referenceRows } from '../reference/rows.ts';
import { differencesOf } from './differences.ts';

type Records = Readonly<Record<string, readonly string[]>>;

const recordPath = join(root, 'test/acceptance/record.json');

/** Which clients have used an operation, by its name. */
const readRecord = (): Records => (existsSync(recordPath) ? JSON.parse(readFileSync(recordPath, 'utf8')) : {});

interface TestFile {
  readonly path: string;
  readonly text: string;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The tests that name an operation: its action, or its path with any values in it. */
function testsOf(operation: Operation, files: readonly TestFile[]): TestFile[] {
  if (operation.action !== undefined) {
    const key = new RegExp(`['"\`]?\\b${escaped(operation.action)}\\b['"]?\\]?:|'${escaped(operation.action)}'`);
    return files.filter(({ text }) => key.test(text) && text.includes('/action'));
  }
  const last =
    operation.path
      .split('/')
      .filter((part) => part !== '' && !part.startsWith('{'))
      .at(-1) ?? '';
  const collection = operation.path.split('/')[1] ?? '';
  return files.filter(({ text }) => text.includes(collection) && text.includes(last));
}

/** As a reader finds them: without the folders that all have. */
const shown = (path: string) => path.replace(/^functions\//, '').replace(/\.test\.ts$/, '');

function row(operation: Operation, tests: readonly TestFile[], record: Records): string {
  const action = operation.action === undefined ? '' : ` \`${operation.action}\``;
  const clients = record[operation.name] ?? [];
  const differs = differencesOf(operation.name);
  return `| ${operation.method} \`${operation.path}\`${action} | ${tests.map(({ path }) => shown(path)).join(', ')} | ${clients.join(', ')} | ${differs.join(' ')} |`;
}

function section(resource: Resource, files: readonly TestFile[], record: Records): string {
  const own = files.filter(({ path }) => path.startsWith('functions/') && path.includes(`/${resource.name}/`));
  const rows = resource.operations.map((operation) => {
    const beside = testsOf(operation, own);
    return row(operation, beside.length > 0 ? beside : testsOf(operation, files), record);
  });
  return [
    `\n## ${resource.name}\n`,
    '| operation | tests of its own | clients | differs from Cinder |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

export function compatibility(): string {
  const files = readSources().filter(({ path }) => path.startsWith('functions/') && path.endsWith('.test.ts'));
  const record = readRecord();
  const all = storageResources.flatMap((resource) => resource.operations);
  const used = all.filter((operation) => record[operation.name] !== undefined);
  const differing = all.filter((operation) => differencesOf(operation.name).length > 0);
  return `${all.length} operations: the ${referenceRows.length} of Cinder's API and ${all.length - referenceRows.length} of our own beside them (probes, OpenAPI, the key manager, images); ${used.length} are in the record of the acceptance runs
(\`test/acceptance/record.json\`, written by \`npm run acceptance:record\`), ${differing.length} differ from Cinder in something that a client can see.

Every operation also runs in the suites of all operations: the battery of bad requests (\`test/battery\`), fuzzing (\`test/fuzz\`), the RBAC matrix
(\`test/rbac\`), the microversion boundaries (\`test/microversions\`), the budgets of statements (\`test/budget\`); and every answer in every test is held
against OpenAPI (\`test/openapi\`). Clients: those of Debian, unmodified. tempest: its volume tests.

Filters of lists: statuses, kinds, levels and other words of ours are found in any case (\`status=Available\`, \`resource_type=volume\`); names, descriptions, zones, hosts,
metadata and ids are compared as they are. Cinder on MySQL compares all of them without case, on PostgreSQL none. Booleans are \`true yes on y t 1\` and \`false no off n f 0\` in any
case, and any other word is 400. Times are of the years 1 to 9999.
${storageResources.map((resource) => section(resource, files, record)).join('\n')}
`;
}
