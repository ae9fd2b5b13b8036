// Streams of events: how late an event is seen behind the settling that wrote it, and what the process has in memory with
// so many streams open. DATABASE_URL is a PostgreSQL; without it the embedded database, which is in that memory too.
//
//   npm run bench:events -- [streams] [volumes]
import { request } from 'node:http';
import { once } from './client.ts';
import { signIn } from './people.ts';
import { memoryOf, startScript, temporaryFolder } from './service.ts';

const [streams = 1000, volumes = 200] = process.argv.slice(2).map(Number);
const databaseUrl = process.env.DATABASE_URL;
const { folder, remove } = temporaryFolder('events');
const service = await startScript(
  'bin/scoria.ts',
  ['start', '--json'],
  {
    SCORIA_DATA: `${folder}/data`,
    SCORIA_LOG: 'error',
    SCORIA_WAITING_PER_PROJECT: '0',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  },
  folder,
);
const { port, pid } = service;
const { token, projectId } = await signIn(port, folder);
const admin = await signIn(port, folder, 'admin');
const unlimited = { quota_set: { volumes: -1, gigabytes: -1 } };
const path = `/v3/os-quota-sets/${projectId}`;
const limited = await once(port, { method: 'PUT', path, token: admin.token, body: unlimited });
if (limited.status !== 200) throw new Error(`the quota was told ${limited.status}`);
const before = memoryOf(pid);
const late: number[] = [];
let open = 0;

function openStream(): Promise<() => void> {
  const path = '/scoria/v1/events?type=volume.create.end';
  const headers = { Accept: 'text/event-stream', 'X-Auth-Token': token };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`a stream was told ${answer.statusCode}`));
      open += 1;
      answer.setEncoding('utf8').on('data', (text: string) => {
        const now = Date.now();
        for (const [, at = ''] of text.matchAll(/"time":"([^"]+)"/g)) late.push(now - Date.parse(at));
      });
      resolve(() => asked.destroy());
    });
    asked.on('error', (error) => (open < streams ? reject(error) : undefined)).end();
  });
}

const closing: (() => void)[] = [];
while (closing.length < streams) {
  const few = Math.min(50, streams - closing.length);
  closing.push(...(await Promise.all(Array.from({ length: few }, openStream))));
}
const idle = memoryOf(pid);
for (let n = 0; n < volumes; n += 1) {
  const made = await once(port, { method: 'POST', path: '/v3/volumes', token, body: { volume: { size: 1 } } });
  if (made.status !== 202) throw new Error(`a create was told ${made.status}`);
}
const expected = streams * volumes;
for (let n = 0; n < 600 && late.length < expected; n += 1) await new Promise((resolve) => setTimeout(resolve, 100));
const most = memoryOf(pid);
late.sort((a, b) => a - b);
const at = (part: number) => late[Math.min(late.length - 1, Math.floor(part * late.length))];
process.stdout.write(
  `${streams} streams, ${volumes} volumes, on ${databaseUrl === undefined ? 'the embedded database' : 'PostgreSQL'}
events seen: ${late.length} of ${expected}
behind the settling: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms
memory: ${before.nowMiB.toFixed(0)} MiB before, ${idle.nowMiB.toFixed(0)} MiB with the streams, at most ${most.mostMiB.toFixed(0)} MiB\n`,
);
for (const close of closing) close();
await service.stop();
await remove();
