// What stands before several servers, and hands requests on to them.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export type Answer = (asked: IncomingMessage, body: Buffer, answer: ServerResponse) => Promise<void>;

export interface Front {
  close(): void;
}

/** Answers on a port of 127.0.0.1; what fails is a 502, as a gateway says it. */
export async function startFront(port: number, answerOf: (path: string) => Answer): Promise<Front> {
  const server = createServer(async (asked, answer) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of asked) chunks.push(chunk);
      await answerOf(asked.url ?? '/')(asked, Buffer.concat(chunks), answer);
    } catch {
      if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'application/json' });
      answer.end('{"message":"Bad Gateway"}');
    }
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** To the next of several servers, in turn; one that does not take the connection is passed over. */
export function toServers(urls: () => readonly string[]): Answer {
  const agent = new Agent({ keepAlive: false });
  let turn = 0;
  const send = (url: string, asked: IncomingMessage, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { agent, method: asked.method, headers: asked.headers, path: asked.url };
      const sent = request(url, options, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
  return async (asked, body, answer) => {
    const all = urls();
    turn += 1;
    for (let n = 0; ; n += 1) {
      try {
        const told = await send(all[(turn + n) % all.length] ?? '', asked, body);
        answer.writeHead(told.statusCode ?? 502, told.rawHeaders);
        told.pipe(answer);
        return;
      } catch (error) {
        const isAway = (error as { code?: string }).code === 'ECONNREFUSED';
        if (!isAway || n + 1 >= all.length) throw error;
      }
    }
  };
}
