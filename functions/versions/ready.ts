// Whether requests can be served: what a balancer asks before it sends any.
import { Answer, type Call } from '../http/operation.ts';
import type { Ports } from '../http/ports.ts';
import { askDatabase } from './store.ts';

const asking = new WeakMap<Ports, Promise<Answer>>();

/**
 * 200 when database and identity are reachable, else 503; the body says which, and never why. Anybody may ask at any
 * rate, so all who ask at once are told what one question has found out.
 */
export function ready(call: Call): Promise<Answer> {
  const { ports } = call;
  const known = asking.get(ports);
  if (known !== undefined) return known;
  const asked = ask(ports).finally(() => asking.delete(ports));
  asking.set(ports, asked);
  return asked;
}

async function ask({ database, identity }: Ports): Promise<Answer> {
  const [storage, tokens] = await Promise.allSettled([askDatabase(database), identity.ready?.()]);
  const is = (one: PromiseSettledResult<unknown>) => (one.status === 'fulfilled' ? 'ready' : 'unavailable');
  const body = { database: is(storage), identity: is(tokens) };
  const isReady = storage.status === 'fulfilled' && tokens.status === 'fulfilled';
  return new Answer(isReady ? 200 : 503, body, {
    'Cache-Control': 'no-store',
    ...(isReady ? {} : { 'Retry-After': '5' }),
  });
}
