// node bin/run.mjs --dev test/keystone/run.ts: Scoria against Debian's Keystone. Says loudly when it cannot.
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { missing } from './server.ts';

const lacks = missing();
if (lacks !== null) {
  process.stdout.write(`SKIPPED keystone: there is no Keystone here to test against (${lacks})\n`);
} else {
  let failed = true;
  const stream = run({ files: [fileURLToPath(new URL('suite.ts', import.meta.url))], timeout: 300_000 });
  stream.on('test:summary', ({ file, success, counts }) => {
    if (file === undefined) failed = !success || counts.passed === 0;
  });
  for await (const text of stream.compose(spec)) process.stdout.write(text);
  process.exitCode = failed ? 1 : 0;
}
