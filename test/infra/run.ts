// npm run check:infra: the types of sst.config.ts and infra/*/stack.ts, and what they would make. No account, no
// network but npm's, and that only when .sst/ is not there.
import { runSuites } from '../acceptance/runner.ts';
import { installPlatform } from './platform.ts';

installPlatform();
process.exitCode = await runSuites({
  name: 'infra',
  folder: new URL('suites/', import.meta.url),
  timeoutMilliseconds: 240_000,
  suites: [
    ['graph', []],
    ['types', []],
  ],
});
