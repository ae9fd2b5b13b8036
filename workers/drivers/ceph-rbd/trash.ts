// Images of ours in the trash: those whose days are over, and what a manager that died had begun to remove.
import type { DriverCall, DriverPorts } from '../../driver.ts';
import { ownedName } from '../../driver-kit/names.ts';
import { isMakingName } from './copies.ts';
import { absent } from './images.ts';
import type { Place } from './place.ts';

interface Trashed {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly deletion_time: string;
  readonly deferment_end_time: string;
}

/** Of each pool at a time; the rest goes the next time. */
const mostAtOnce = 20;
/** One that is being removed right now is left alone for so long. */
const removingMilliseconds = 600_000;

/** Removes them from every pool, beside other calls. Images of others are not touched. */
export class Trash {
  readonly #place: Place;
  readonly #ports: DriverPorts;
  #isBusy = false;

  constructor(place: Place, ports: DriverPorts) {
    this.#place = place;
    this.#ports = ports;
  }

  /** Returns at once; does nothing while it is at it already. */
  begin(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const call = { signal: new AbortController().signal };
    this.#place.turns
      .take('trash', call, () => this.#empty(call))
      .catch((error: unknown) => this.#ports.log('warn', 'ceph.trash.failed', { says: String(error) }))
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #empty(call: DriverCall): Promise<void> {
    const { api, settings } = this.#place;
    for (const pool of settings.pools) {
      const path = `/block/image/trash?pool_name=${encodeURIComponent(pool)}`;
      const { body } = await api.ask({ method: 'GET', path }, call);
      const lists = body as readonly { readonly value: readonly Trashed[] | null }[]; // the dashboard's own answer
      const over = lists.flatMap(({ value }) => value ?? []).filter((one) => isOver(one, this.#ports.now()));
      for (const { id, name } of over.slice(0, mostAtOnce)) {
        const spec = encodeURIComponent(`${pool}/${id}`);
        await absent(api.ask({ method: 'DELETE', path: `/block/image/trash/${spec}?force=false` }, call));
        this.#ports.log('info', 'ceph.trash.removed', { pool, name });
      }
    }
  }
}

function isOver({ name, source, deletion_time, deferment_end_time }: Trashed, now: number): boolean {
  if (ownedName(name)?.kind !== 'volume' && !isMakingName(name)) return false;
  if (source === 'REMOVING') return Date.parse(deletion_time) + removingMilliseconds < now;
  // Only what was put there through the API, as we do: an operator may have put others there.
  return source === 'USER' && Date.parse(deferment_end_time) < now;
}
