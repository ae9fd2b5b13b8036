// A receiver of webhooks that takes everything, for bench:webhooks: a process of its own. GET /count says how many.
import { createServer } from 'node:http';

let count = 0;
createServer((request, answer) => {
  if (request.method === 'POST') count += 1;
  request.resume();
  answer.writeHead(200).end(request.method === 'POST' ? '' : String(count));
}).listen(Number(process.env.SCORIA_PORT), '127.0.0.1');
