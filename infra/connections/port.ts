// Requests over kept-alive connections, but never over one that was idle so long that the server may have closed it.
// Nobody would know whether such a request arrived, and a function that was frozen for a minute has only connections
// like that.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** Shorter than any server waits. Uses the wall clock, because timers stop in a frozen function. */
const idleMilliseconds = 2000;

/** Node agents for both schemes, and a function to call before each request. */
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
