// npm run acceptance:record -- FOLDER: writes test/acceptance/record.json, which clients have used which operation,
// from what acceptance runs with ACCEPTANCE_RECORD=FOLDER have left there. docs/compatibility.md is made of it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Line {
  readonly operation: string | null;
  readonly status: number;
  readonly client: string | null;
}

/**
 * By the suite where a client names a library of its own (openstackclient asks through cinderclient), else by its
 * name.
 */
function clientOf(suite: string, client: string): string | null {
  if (suite.startsWith('tempest')) return 'tempest';
  // What the tests ask themselves is no client's.
  if (client === 'node') return null;
  if (suite.startsWith('cli-') || /^(osc-lib|python-openstackclient|openstack)\b/.test(client))
    return 'openstackclient';
  if (client.startsWith('python-cinderclient')) return 'cinderclient';
  if (client.startsWith('openstacksdk')) return 'openstacksdk';
  return null;
}

function linesOf(folder: string): { suite: string; line: Line }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap(
      (file) =>
        readFileSync(join(folder, file), 'utf8')
          .trim()
          .split('\n')
          .map((text) => ({ suite: file.replace('.jsonl', ''), line: JSON.parse(text) as Line })), // as access-log.ts writes it
    );
}

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: npm run acceptance:record -- FOLDER\n');
  process.exit(2);
}
const used = new Map<string, Set<string>>();
for (const { suite, line } of linesOf(resolve(folder))) {
  const client = clientOf(suite, line.client ?? '');
  // What was refused has not been used.
  if (line.operation === null || line.status >= 400 || client === null) continue;
  used.set(line.operation, (used.get(line.operation) ?? new Set()).add(client));
}
const quoted = (text: string) => JSON.stringify(text);
// A line each, as the formatter wants it.
const lines = [...used]
  .sort()
  .map(([operation, clients]) => `  ${quoted(operation)}: [${[...clients].sort().map(quoted).join(', ')}]`);
writeFileSync(new URL('record.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
process.stdout.write(`${used.size} operations\n`);
