// The Data API as a process of its own:
//
//   node bin/run.mjs --dev test/emulators/data-api/main.ts [--port N] [--database-url postgres://… | --directory PATH]
//
// Without either it has an embedded database in memory. Prints the settings that Scoria needs, and ends on SIGTERM.
import { parseArgs } from 'node:util';
import { emulated } from './emulated.ts';
import { startDataApi } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'database-url': { type: 'string' },
    directory: { type: 'string' },
    'waking-ms': { type: 'string' },
  },
});
const { directory } = values;
const url = values['database-url'];
const api = await startDataApi({
  port: Number(values.port),
  backend: url === undefined ? { ...(directory === undefined ? {} : { directory }) } : { url },
});
if (values['waking-ms'] !== undefined) api.sleep(Number(values['waking-ms']));
console.log(`DATABASE_URL='${emulated(api.url)}'`);
console.log('AWS_ACCESS_KEY_ID=emulated AWS_SECRET_ACCESS_KEY=emulated');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void api.close().then(() => process.exit(0)));
}
