// npm run acceptance:keystone: Scoria against Debian's Keystone, with both kinds of tokens that it makes; and the
// embedded one held against it.
import { runSuites } from '../acceptance/runner.ts';

process.exitCode = await runSuites({
  name: 'keystone',
  folder: new URL('suites/', import.meta.url),
  timeoutMilliseconds: 600_000,
  suites: [
    ['jws', ['clients', 'keystone']],
    ['fernet', ['clients', 'keystone']],
    ['alike', ['keystone']],
  ],
});
