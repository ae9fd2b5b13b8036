// Whether requests can be served: what a balancer asks before it sends any.
import { Answer, type Call } from '../http/operation.ts';
import type { Ports } from '../http/ports.ts';
import { neighbours, soon, stateOf } from './neighbours.ts';
import { askDatabase } from './store.ts';

/** A database or identity that takes longer serves no requests either; their own time-outs are far longer. */
const patienceMilliseconds = 5_000;

const asking = new WeakMap<Ports, Promise<Answer>>();

/**
 * 200 when database and identity are reachable, else 503; the body says which, and never more than that a sign-in is
 * refused. The services that we ask are named too, and turn nobody away: most can be done without them. Anybody may
 * ask at any rate, so all who ask at once are told what one question has found out.
 */
export function ready(call: Call): Promise<Answer> {
  const { ports } = call;
  const known = asking.get(ports);
  if (known !== undefined) return known;
  const asked = ask(ports).finally(() => asking.delete(ports));
  asking.set(ports, asked);
  return asked;
}

async function ask(ports: Ports): Promise<Answer> {
  const [database, identity, others] = await Promise.all([
    soon(stateOf(askDatabase(ports.database)), ports.clock, patienceMilliseconds),
    soon(stateOf(ports.identity.ready?.()), ports.clock, patienceMilliseconds),
    neighbours(ports),
  ]);
  const isReady = database === 'ready' && identity === 'ready';
  return new Answer(
    isReady ? 200 : 503,
    { database, identity, ...others },
    { 'Cache-Control': 'no-store', ...(isReady ? {} : { 'Retry-After': '5' }) },
  );
}
