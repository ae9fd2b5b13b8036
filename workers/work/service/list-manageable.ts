// What could be managed: everything on the back end, ours and not ours, as one sorted page.
import {
  type Backend,
  type DriverCall,
  DriverError,
  type Manageable,
  type ManageableSnapshot,
  type Owned,
} from '../../driver.ts';
import { argumentsAs, count, text } from '../fragments.ts';
import { unchanged } from '../sql.ts';
import { done, work } from '../work.ts';

/** We do not sort more objects than this in a worker's memory: about 50 MiB. */
const mostObjects = 100_000;

/** An object in the API's terms. `id` comes from the name of an object of ours, whether the service knows it or not. */
interface Item {
  readonly reference: Readonly<Record<string, string>>;
  readonly size: number;
  readonly source_reference?: Readonly<Record<string, string>> | null;
  readonly safe_to_manage: boolean;
  readonly reason_not_safe: string | null;
  readonly id: string | null;
}

type Listed = Manageable & Partial<ManageableSnapshot>;

/** The facts: `items`, a page of them, or `says`, the problem with the request. */
export const listManageable = work({
  kind: 'service.list_manageable',
  does: 'lists what is on a back end, ours and not ours; a request waits for it',
  steps: ['list'],
  needs: {
    what: text('what'),
    sort: argumentsAs(({ sort }) => readSort(sort)),
    marker: text('marker'),
    offset: count('offset'),
    limit: count('limit'),
  },
  uses: ['backend.manage', 'backend.listOwned'],
  async run({ what, sort, marker, offset, limit }, _operation, { backend, call }) {
    const isSnapshot = what === 'snapshot';
    const items = [...(await foreign(backend, isSnapshot, call)), ...(await ours(backend, isSnapshot, call))];
    items.sort((a, b) => compare(a, b, sort));
    const at = marker === null ? -1 : items.findIndex((item) => isMarked(item, marker));
    if (marker !== null && at === -1) return done(null, { says: `marker not found: ${marker}` });
    const begin = at + 1 + offset;
    return done(null, { items: items.slice(begin, begin + limit) });
  },
  events: null,
  message: { action: 'listManageable', detail: 'unknown', of: 'nobody' },
  done: { resource: unchanged, result: ':facts::jsonb' },
  failed: { resource: unchanged },
});

async function foreign(backend: Pick<Backend, 'manage'>, isSnapshot: boolean, call: DriverCall): Promise<Item[]> {
  const manage = isSnapshot ? backend.manage?.snapshots : backend.manage;
  if (manage === undefined) throw new DriverError('not-supported', 'This back end does not say what could be managed.');
  const listed = await everyPage<Listed>((after) => manage.list(after, call));
  return listed.map((one) => ({
    reference: one.reference,
    size: one.sizeGiB,
    ...(isSnapshot ? { source_reference: one.sourceReference ?? null } : {}),
    safe_to_manage: one.safeToManage,
    reason_not_safe: one.reasonNotSafe,
    id: null,
  }));
}

async function ours(backend: Pick<Backend, 'listOwned'>, isSnapshot: boolean, call: DriverCall): Promise<Item[]> {
  const owned = await everyPage<Owned>((after) => backend.listOwned(after, call));
  return owned
    .filter((one) => (one.kind === 'snapshot') === isSnapshot)
    .map((one) => ({
      reference: { 'source-name': `${one.kind}-${one.id}` },
      size: one.sizeGiB,
      ...(isSnapshot
        ? { source_reference: one.volumeId === null ? null : { 'source-name': `volume-${one.volumeId}` } }
        : {}),
      safe_to_manage: false,
      reason_not_safe: null,
      id: one.id,
    }));
}

async function everyPage<T>(page: (after: string | null) => Promise<{ items: readonly T[]; next: string | null }>) {
  const all: T[] = [];
  let after: string | null = null;
  do {
    const { items, next }: { items: readonly T[]; next: string | null } = await page(after);
    all.push(...items);
    if (all.length > mostObjects) throw new DriverError('fatal', `The back end has more than ${mostObjects} objects.`);
    after = next;
  } while (after !== null);
  return all;
}

/** The text of a reference: its only value, or all of it as JSON. */
function nameOf({ reference }: Item): string {
  const values = Object.values(reference);
  return values.length === 1 ? (values[0] ?? '') : JSON.stringify(reference);
}

/** A marker is a reference as JSON, or just its text. */
const isMarked = (item: Item, marker: string) => nameOf(item) === marker || JSON.stringify(item.reference) === marker;

interface Sort {
  readonly key: 'reference' | 'size';
  readonly descending: boolean;
}

function readSort(value: unknown): Sort[] {
  const given = Array.isArray(value) ? value : [];
  return given.map((one: { key?: unknown; descending?: unknown }) => ({
    key: one.key === 'size' ? 'size' : 'reference',
    descending: one.descending === true,
  }));
}

function compare(a: Item, b: Item, sort: readonly Sort[]): number {
  for (const { key, descending } of sort) {
    const [x, y] = key === 'size' ? [a.size, b.size] : [nameOf(a), nameOf(b)];
    if (x !== y) return (x < y ? -1 : 1) * (descending ? -1 : 1);
  }
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
