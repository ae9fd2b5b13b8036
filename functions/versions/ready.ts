// Whether requests can be served: what a balancer asks before it sends any.
import { Answer, type Call } from '../http/operation.ts';
import { askDatabase } from './store.ts';

/** 200 when database and identity are reachable, else 503; the body says which, and never why. */
export async function ready(call: Call): Promise<Answer> {
  const { database, identity } = call.ports;
  const [storage, tokens] = await Promise.allSettled([askDatabase(database), identity.ready?.()]);
  const is = (one: PromiseSettledResult<unknown>) => (one.status === 'fulfilled' ? 'ready' : 'unavailable');
  const body = { database: is(storage), identity: is(tokens) };
  const isReady = storage.status === 'fulfilled' && tokens.status === 'fulfilled';
  return new Answer(isReady ? 200 : 503, body, { 'Cache-Control': 'no-store' });
}
