// Whether the services that this one asks can be asked: Nova, Glance, Barbican.
import type { Clock } from '../../infra/clock/port.ts';
import { SignInRefused } from '../../infra/identity/port.ts';
import type { Ports } from '../http/ports.ts';

/** `refused`: our own sign-in was, so its password is wrong or its user may not. */
export type State = 'ready' | 'unavailable' | 'refused';

/** What has become of a question. */
export async function stateOf(asked: Promise<unknown> | undefined): Promise<State> {
  try {
    await asked;
    return 'ready';
  } catch (error) {
    const causes = error instanceof Error ? [error, error.cause] : [];
    return causes.some((one) => one instanceof SignInRefused) ? 'refused' : 'unavailable';
  }
}

/** Probes come every second from several balancers; others need not notice. */
const knownMilliseconds = 5_000;
/** Who is slower than that is as good as away: a probe has not much time. */
const patienceMilliseconds = 1_000;

/** The state, or `unavailable` when that takes too long. */
export function soon(state: Promise<State>, clock: Clock, milliseconds: number): Promise<State> {
  const over = new AbortController();
  const late = clock.sleep(milliseconds, over.signal).then(
    (): State => 'unavailable',
    (): State => 'unavailable',
  );
  return Promise.race([state, late]).finally(() => over.abort());
}

interface Neighbour {
  ready(): Promise<void>;
}

const known = new WeakMap<Neighbour, { readonly at: number; readonly state: Promise<State> }>();

function ask(neighbour: Neighbour, clock: Clock): Promise<State> {
  const before = known.get(neighbour);
  if (before !== undefined && before.at > clock.now() - knownMilliseconds) return before.state;
  const state = soon(stateOf(neighbour.ready()), clock, patienceMilliseconds);
  known.set(neighbour, { at: clock.now(), state });
  return state;
}

/** The state of each that there is. */
export async function neighbours({ compute, images, keys, clock }: Ports): Promise<Readonly<Record<string, State>>> {
  const all = { compute, images, keys: keys.manager };
  const asked = Object.entries(all).map(async ([name, one]) =>
    one === undefined ? [] : [[name, await ask(one, clock)] as const],
  );
  return Object.fromEntries((await Promise.all(asked)).flat());
}
