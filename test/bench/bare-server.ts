// The floor of HTTP: the same bytes from Hono and @hono/node-server alone. Started by bare.ts.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

const answers = JSON.parse(readFileSync(process.env.BENCH_ANSWERS ?? '', 'utf8')) as Record<string, string>;
const app = new Hono();
const headers = { 'Content-Type': 'application/json', 'x-openstack-request-id': 'req-bare' };
app.get('/healthcheck', (context) => context.text('OK'));
app.get('/answer/:name', (context) => new Response(answers[context.req.param('name')] ?? '', { headers }));

const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
server.listen(Number(process.env.SCORIA_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
