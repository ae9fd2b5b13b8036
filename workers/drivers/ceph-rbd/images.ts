// Images and their snapshots, one request each. Names are not quoted further: pools and images have no "/".
import type { DriverCall } from '../../driver.ts';
import type { Api } from './api.ts';
import { CephError } from './failures.ts';
import { Touched } from './touched.ts';

export interface ImageSnapshot {
  readonly name: string;
  readonly size: number;
  readonly is_protected: boolean;
  readonly children: readonly { readonly pool_name: string; readonly image_name: string }[];
}

export interface Image {
  readonly name: string;
  readonly pool_name: string;
  readonly size: number;
  readonly parent: { readonly pool_name: string; readonly image_name: string; readonly snap_name: string } | null;
  readonly snapshots: readonly ImageSnapshot[];
  /** `source` 2: set on the image itself. */
  readonly configuration: readonly { readonly name: string; readonly value: string; readonly source: number }[];
}

export interface At {
  readonly pool: string;
  readonly name: string;
}

const features = ['layering', 'exclusive-lock', 'object-map', 'fast-diff', 'deep-flatten'];

export class Images {
  readonly #api: Api;
  readonly touched: Touched;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.touched = new Touched(now);
  }

  /** Null: there is no such image. */
  async find(pool: string, name: string, call: DriverCall): Promise<Image | null> {
    const answer = await absent(this.#api.ask({ method: 'GET', path: `${at(pool, name)}?omit_usage=true` }, call));
    return answer === null ? null : (answer.body as Image); // the dashboard's own answer
  }

  /** Those of a pool whose names have a text in them, by their names. New names may be missing: see `Touched`. */
  async slice(pool: string, search: string, offset: number, limit: number, call: DriverCall) {
    const words = { pool_name: pool, offset: String(offset), limit: String(limit), search, sort: '+name' };
    const path = `/block/image?${new URLSearchParams(words)}`;
    const { body, total } = await this.#api.ask({ method: 'GET', path, version: '2.0' }, call);
    const images = (body as readonly { readonly value: readonly Image[] }[]).flatMap(({ value }) => value); // as above
    // An image that is being removed has only a name left.
    return { images: images.filter(({ snapshots }) => snapshots !== undefined), total };
  }

  /** Rejects with code 17 where the name is taken. */
  async create(pool: string, name: string, size: number, configuration: object, call: DriverCall): Promise<void> {
    this.touched.add(pool, name);
    const body = { name, pool_name: pool, size, features, configuration };
    await this.#api.ask({ method: 'POST', path: '/block/image', body }, call);
  }

  async change(pool: string, name: string, body: object, call: DriverCall): Promise<void> {
    await this.#api.ask({ method: 'PUT', path: at(pool, name), body }, call);
  }

  async rename(pool: string, name: string, to: string, call: DriverCall): Promise<void> {
    this.touched.add(pool, to);
    await this.change(pool, name, { name: to }, call);
  }

  async remove(pool: string, name: string, call: DriverCall): Promise<void> {
    await absent(this.#api.ask({ method: 'DELETE', path: at(pool, name) }, call));
  }

  /** Removes it later: until then an operator can restore it. */
  async moveToTrash(pool: string, name: string, seconds: number, call: DriverCall): Promise<void> {
    await absent(
      this.#api.ask({ method: 'POST', path: `${at(pool, name)}/move_trash`, body: { delay: seconds } }, call),
    );
  }

  /** Cuts a copy loose from its source, byte by byte. One that depends on nothing, or is gone, is cut loose. */
  async flatten(pool: string, name: string, call: DriverCall): Promise<void> {
    if ((await this.find(pool, name, call))?.parent == null) return;
    await absent(this.#api.ask({ method: 'POST', path: `${at(pool, name)}/flatten` }, call));
  }

  /** Takes a snapshot that copies may depend on. */
  async protect(pool: string, name: string, snapshot: string, call: DriverCall): Promise<void> {
    const body = { snapshot_name: snapshot, mirrorImageSnapshot: false };
    const taken = (await this.find(pool, name, call))?.snapshots.find((one) => one.name === snapshot);
    if (taken === undefined) {
      await present(this.#api.ask({ method: 'POST', path: `${at(pool, name)}/snap`, body }, call));
    }
    if (taken?.is_protected === true) return;
    await this.changeSnapshot(pool, name, snapshot, { is_protected: true }, call);
  }

  async changeSnapshot(pool: string, name: string, snapshot: string, body: object, call: DriverCall): Promise<void> {
    await this.#api.ask({ method: 'PUT', path: snapAt(pool, name, snapshot), body }, call);
  }

  async removeSnapshot(pool: string, name: string, snapshot: string, call: DriverCall): Promise<void> {
    await absent(this.#api.ask({ method: 'DELETE', path: snapAt(pool, name, snapshot) }, call));
  }

  async rollBack(pool: string, name: string, snapshot: string, call: DriverCall): Promise<void> {
    await this.#api.ask({ method: 'POST', path: `${snapAt(pool, name, snapshot)}/rollback` }, call);
  }

  async clone(from: At & { snapshot: string }, to: At, configuration: object, call: DriverCall): Promise<void> {
    this.touched.add(to.pool, to.name);
    const body = { child_pool_name: to.pool, child_image_name: to.name, features, configuration };
    await this.#api.ask({ method: 'POST', path: `${snapAt(from.pool, from.name, from.snapshot)}/clone`, body }, call);
  }
}

const at = (pool: string, name: string) => `/block/image/${encodeURIComponent(`${pool}/${name}`)}`;
const snapAt = (pool: string, name: string, snapshot: string) =>
  `${at(pool, name)}/snap/${encodeURIComponent(snapshot)}`;

/** What is not there becomes null. */
export async function absent<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof CephError && error.failure === 'gone') return null;
    throw error;
  });
}

/** What is there already becomes null. */
export async function present<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof CephError && error.code === 17) return null;
    throw error;
  });
}
