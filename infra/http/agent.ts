// Who asks, in every request to another server.
import type { Http } from './port.ts';

/** The User-Agent of a version: `scoria/0.1.0`. */
export const agentOf = (version: string) => `scoria/${version}`;

/** Says who asks in each request that says nothing of it. */
export const asAgent =
  (http: Http, agent: string): Http =>
  (url, init) =>
    http(url, { ...init, headers: { 'User-Agent': agent, ...init.headers } });
