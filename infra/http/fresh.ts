import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { freshAgents } from '../connections/port.ts';
import type { Http } from './port.ts';

/** Sends whole texts over connections that are fresh, and follows no redirect. */
export function freshHttp(): Http {
  const agents = freshAgents();
  return (url, { method, headers, body, signal }) => {
    agents.sweep();
    const isSecure = url.startsWith('https:');
    const send = isSecure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const asked = send(url, { method, headers, signal, agent: isSecure ? agents.https : agents.http }, (answer) => {
        read(answer).then(resolve, reject);
      });
      asked.on('error', reject);
      asked.end(typeof body === 'string' ? body : undefined);
    });
  };
}

async function read(answer: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  return new Response(Buffer.concat(parts), { status: answer.statusCode ?? 500, headers });
}
