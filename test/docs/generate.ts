// npm run docs: writes the pages of docs/ that are made from the code.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pages } from './pages.ts';

mkdirSync(new URL('../../docs/sql/', import.meta.url), { recursive: true });
for (const [name, text] of Object.entries(pages())) {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);
  process.stdout.write(`docs/${name}\n`);
}
