// An open back end: its settings, its images, and whose turn it is.
import { type DriverCall, DriverError, type DriverPorts, type Volume } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { volumeName } from '../../driver-kit/names.ts';
import { Turns } from '../../driver-kit/turns.ts';
import { Api } from './api.ts';
import { type Image, Images } from './images.ts';
import { type CephSettings, poolOf } from './options.ts';

const openMilliseconds = 60_000;

export interface Place {
  readonly settings: CephSettings;
  readonly api: Api;
  readonly images: Images;
  readonly turns: Turns;
  /** The volume of each snapshot that this worker has made or listed: Ceph knows snapshots by their image only. */
  readonly snapshots: Map<string, string>;
  /** As the managers say it. */
  readonly version: string;
}

/** Signs in and looks whether the pools are there. */
export async function openPlace(settings: CephSettings, ports: DriverPorts): Promise<Place> {
  const api = new Api(settings, ports);
  const call = { signal: AbortSignal.timeout(openMilliseconds) };
  const { body } = await api.ask({ method: 'GET', path: '/summary' }, call);
  const version = String((body as { version?: unknown } | null)?.version ?? '').slice(0, 200);
  const images = new Images(api, ports.now);
  const place: Place = { settings, api, images, turns: new Turns(), snapshots: new Map(), version };
  const there = await readPools(place, call);
  const missing = settings.pools.find((name) => !there.some((one) => one.pool_name === name));
  if (missing === undefined) return place;
  throw new DriverError('fatal', `Ceph has no pool ${missing}. Make it, or mend the option pools.`);
}

export interface CephPool {
  readonly pool_name: string;
  readonly stats: Readonly<Record<'max_avail' | 'stored', { readonly latest: number }>>;
}

export async function readPools({ api }: Place, call: DriverCall): Promise<readonly CephPool[]> {
  const { body } = await api.ask({ method: 'GET', path: '/pool?stats=true' }, call);
  return body as readonly CephPool[]; // the dashboard's own answer
}

/** The image of a volume; rejects with `gone` when it is not there. */
export async function imageOf(place: Place, volume: Volume, call: DriverCall): Promise<Image> {
  const image = await place.images.find(poolOf(place.settings, volume.pool), volumeName(volume.id), call);
  if (image === null) throw gone('volume');
  return image;
}
