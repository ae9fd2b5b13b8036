// One suite for each file that the arguments of this process name: its hooks are its own, and it ends before the next.
import { join } from 'node:path';
import { describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../harness/sources.ts';

for (const file of process.argv.slice(2)) {
  describe(file, async () => {
    await import(pathToFileURL(join(root, file)).href);
  });
}
