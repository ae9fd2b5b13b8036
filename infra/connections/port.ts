// Requests over connections that are kept, but never over one that has been idle so long that the server may have
// given it up: a request that meets its end has an outcome that nobody knows, and a function that was frozen for a
// minute has nothing else.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** Shorter than any server waits. Measured on the wall's clock: timers stand still in a function that is frozen. */
const idleMilliseconds = 2000;

/** Agents of Node for both schemes, and what to call before each request. */
export function freshAgents(now: () => number = Date.now) {
  const options = { keepAlive: true, maxSockets: 64 };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  const idleSince = new WeakMap<Socket, number>();
  for (const agent of [http, https]) {
    agent.on('free', (socket: Socket) => idleSince.set(socket, now()));
  }
  const sweep = () => {
    for (const socket of [http, https].flatMap((agent) => Object.values(agent.freeSockets).flat())) {
      if (socket !== undefined && now() - (idleSince.get(socket) ?? 0) > idleMilliseconds) socket.destroy();
    }
  };
  return { http, https, sweep };
}
