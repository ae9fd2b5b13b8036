// Makes dist/edge/main.js, the Worker that `npx wrangler deploy` sends: bundled, and its SQL without indentation.
//
//   node bin/run.mjs --dev bin/edge.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** /openapi.json, which is for people who write clients, and /scoria/v1 are served in the region: 7 KiB less here. */
const withoutRegional = {
  name: 'without what the region serves',
  setup({ onLoad }) {
    onLoad({ filter: /\/functions\/openapi\/index\.ts$/ }, () => ({
      contents: "export const openapi = () => ({ name: 'openapi', rules: {}, operations: [] });",
    }));
    onLoad({ filter: /\/functions\/automation\/resources\.ts$/ }, () => ({
      contents: 'export const automationResources = [];',
    }));
  },
};

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['functions/main.cloudflare.ts'],
  write: false,
  bundle: true,
  minify: true,
  platform: 'neutral',
  format: 'esm',
  target: 'es2024',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*'],
  plugins: [withoutRegional],
  logLevel: 'warning',
});

/** Text without a field that only the description of the API reads: up to the comma or brace that ends its value. */
function withoutField(text, name) {
  const [head, ...rest] = text.split(`,${name}:`);
  return rest.reduce((all, one) => {
    let depth = 0;
    const value = /"(?:[^"\\]|\\.)*(?:"|$)|`[^`]*(?:`|$)|[()[\]{},]/g;
    for (const { 0: found, index } of one.matchAll(value)) {
      if (depth === 0 && /^[,)\]}]$/.test(found)) return all + one.slice(index);
      if (/^[([{]$/.test(found)) depth += 1;
      else if (/^[)\]}]$/.test(found)) depth -= 1;
    }
    throw new Error(`The value of ${name} has no end`);
  }, head);
}

// Statements are indented for people, and say why in lines of their own.
const statement = /`[^`]*\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|WITH|JOIN)\b[^`]*`/g;
const text = ['answers', 'queryParameters']
  .reduce(withoutField, outputFiles[0].text)
  .replace(/\bsummary:"(?:[^"\\]|\\.)*"/g, 'summary:""')
  .replace(statement, (one) => one.replace(/\n[ \t]*--[^\n`]*(?=\n)/g, '').replace(/\n\s+/g, '\n'));
mkdirSync(join(root, 'dist/edge'), { recursive: true });
writeFileSync(join(root, 'dist/edge/main.js'), text);
