// npm run scale-figures: measures what operations cost and how tenants share a queue, and writes the tables of
// docs/deploy/scale.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/sources.ts';
import { measureCosts, measureRow } from './measure.ts';
import { costTable, dollarTable, limitTable, tenantTable, withTable } from './page.ts';
import { turnsOfRows } from './rows.ts';
import { assumed, sumOf } from './sums.ts';
import { play, scene } from './tenants.ts';

const path = join(root, 'docs/deploy/scale.md');
const costs = await measureCosts();
const rowBytes = await measureRow();
const sums = [1_000, 100_000, 10_000_000].map((volumes) => sumOf(costs, volumes, assumed(volumes, rowBytes)));
const played = {
  calm: await play({ ...scene, flood: 0 }),
  ours: await play(scene),
  first: await play(scene, 'first come'),
};
const tables = {
  costs: costTable(costs, rowBytes),
  dollars: dollarTable(sums),
  limits: limitTable(sums),
  tenants: tenantTable(scene, played, await turnsOfRows(500, 20_000)),
};
let page = readFileSync(path, 'utf8');
for (const [name, table] of Object.entries(tables)) {
  process.stdout.write(`${table}\n\n`);
  page = withTable(page, name, table);
}
writeFileSync(path, page);
