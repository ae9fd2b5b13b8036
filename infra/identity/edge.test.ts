// A real Keystone and an OpenID issuer are asked on Lambda and at the edge too, where there is no Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, type Source } from '../../test/harness/sources.ts';

const sources = new Map(readSources().map((one) => [one.path, one]));

/** A file with everything of ours that it needs at run time. */
function graph(path: string, seen = new Map<string, Source>()): Map<string, Source> {
  const source = sources.get(path);
  assert.ok(source !== undefined, path);
  if (seen.has(path)) return seen;
  seen.set(path, source);
  for (const { target, kind, isType } of source.imports) if (kind === 'ours' && !isType) graph(target, seen);
  return seen;
}

/** What Node has beside the web's own names. */
const nodeOnly = /\b(Buffer|process|global|setImmediate|clearImmediate|__dirname|__filename|require)\b/;

for (const path of ['infra/identity/keystone.ts', 'infra/identity/oidc.ts', 'infra/identity/oidc-mapping.ts']) {
  test(`${path} needs nothing of Node: jose, and what every web platform has`, () => {
    const files = [...graph(path).values()];
    const imports = files.flatMap((one) => one.imports.filter(({ kind, isType }) => kind !== 'ours' && !isType));
    assert.deepEqual(
      [...new Set(imports.map(({ target }) => target))].filter((target) => target !== 'jose'),
      [],
    );
    assert.deepEqual(
      files.filter((one) => nodeOnly.test(one.code)).map((one) => one.path),
      [],
    );
    // fetch refuses `redirect: 'error'` on Workers.
    assert.deepEqual(
      files.filter((one) => /redirect: 'error'/.test(one.text)).map((one) => one.path),
      [],
    );
  });
}
