// The floor of SQL: the statement alone through the database port, without HTTP, at the same concurrency.
import { within } from '../../functions/http/policy.ts';
import { findVolume, listVolumeNames, listVolumes } from '../../functions/volumes/store.ts';
import type { Database } from '../../infra/database/port.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { volumeId } from './fill.ts';
import { type Bounds, bestOf, concurrency, counter, type Figures, inLoops } from './load.ts';
import type { SignedIn } from './people.ts';

const firstPage = {
  limit: 100,
  offset: 0,
  marker: null,
  sort: [{ key: 'created_at', descending: true }],
  filters: [],
  isEmpty: false,
  withCount: false,
  allTenants: false,
};

const actorOf = (who: SignedIn): Actor => ({
  userId: who.userId,
  userName: 'demo',
  userDomainId: 'default',
  projectDomainId: 'default',
  projectId: who.projectId,
  domainId: null,
  isSystem: false,
  roles: new Set(['member', 'reader']),
  expiresAt: Number.MAX_SAFE_INTEGER,
});

/** Rates by the name of the scenario that has the same statement. */
export async function statementsAlone(
  database: Database,
  who: SignedIn,
  volumes: number,
  bounds: Bounds,
  rounds: number,
): Promise<ReadonlyMap<string, Figures>> {
  const scope = within(actorOf(who), false);
  const random = counter(11);
  const all: Record<string, () => Promise<unknown>> = {
    show: () => findVolume(database, scope, volumeId(1 + random(volumes))),
    'list of 100': () => listVolumeNames(database, firstPage, scope),
    'detail of 100': () => listVolumes(database, firstPage, scope),
  };
  const out = new Map<string, Figures>();
  for (const [name, ask] of Object.entries(all)) {
    const runs: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) {
      runs.push(await inLoops(concurrency, bounds, async () => (await ask()) !== null));
    }
    out.set(name, bestOf(runs));
  }
  return out;
}
