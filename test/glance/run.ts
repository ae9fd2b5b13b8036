// npm run acceptance:glance: Scoria and Debian's Glance, used by the real clients.
import { runSuites } from '../acceptance/runner.ts';

process.exitCode = await runSuites({
  name: 'glance',
  folder: new URL('suites/', import.meta.url),
  timeoutMilliseconds: 600_000,
  suites: [
    ['volumes', ['clients', 'glance', 'qemu']],
    ['crashes', ['clients', 'glance']],
    ['images', ['clients', 'glance']],
  ],
});
