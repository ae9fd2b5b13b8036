// The array of the template, imagined: its management API as a function, and its disks in memory. Yours is a real
// one, or a simulator of its maker; a fake that you write yourself proves only that the driver agrees with you.

import type { DriverPorts } from '../../driver.ts';
import type { ArrayVolume } from './api.ts';

interface Stored extends ArrayVolume {
  readonly hosts: Set<string>;
  readonly blocks: Map<number, Uint8Array>;
}

const block = 4096;

export class FakeArray {
  readonly password: string;
  readonly #volumes = new Map<string, Stored>();

  constructor(password: string) {
    this.password = password;
  }

  /** What the driver is given in the place of the network. */
  readonly http: DriverPorts['http'] = async (url, { method, headers, body, signal }) => {
    signal.throwIfAborted();
    if (headers.authorization !== `Bearer ${this.password}`) return new Response('who?', { status: 401 });
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/pools') return Response.json([{ name: 'pool', totalGiB: 1000, freeGiB: 1000 }]);
    if (pathname === '/volumes') return Response.json(this.#page(searchParams.get('after') ?? ''));
    const [, , name = '', part, host] = pathname.split('/');
    if (part === 'hosts') return this.#hosts(method, name, host === undefined ? null : decodeURIComponent(host));
    return this.#volume(method, name, body);
  };

  /** As a host does, by what connect returned. */
  write(iqn: unknown, offset: number, bytes: Uint8Array): void {
    const { blocks } = this.#opened(iqn);
    for (let at = 0; at < bytes.length; at += block) {
      blocks.set((offset + at) / block, bytes.slice(at, at + block));
    }
  }

  read(iqn: unknown, offset: number, length: number): Uint8Array {
    const { blocks } = this.#opened(iqn);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += block)
      bytes.set(blocks.get((offset + at) / block) ?? new Uint8Array(block), at);
    return bytes;
  }

  #opened(iqn: unknown): Stored {
    const volume = this.#volumes.get(String(iqn).split(':')[1] ?? '');
    if (volume === undefined || volume.hosts.size === 0) throw new Error('the target refuses');
    return volume;
  }

  #page(after: string): ArrayVolume[] {
    const names = [...this.#volumes.keys()].filter((name) => name > after).sort();
    return names.slice(0, 100).flatMap((name) => this.#volumes.get(name) ?? []);
  }

  #hosts(method: string, name: string, host: string | null): Response {
    const volume = this.#volumes.get(name);
    if (volume === undefined) return new Response('no such volume', { status: 404 });
    if (method === 'PUT' && host !== null) volume.hosts.add(host);
    else if (host === null) volume.hosts.clear();
    else volume.hosts.delete(host);
    return Response.json({ portal: '192.0.2.1:3260', iqn: `iqn.2026-01.example:${name}`, lun: 1 });
  }

  #volume(method: string, name: string, body: string | undefined): Response {
    const there = this.#volumes.get(name);
    if (method === 'PUT') {
      if (there !== undefined) return new Response('taken', { status: 409 });
      const asked: ArrayVolume = JSON.parse(body ?? '{}');
      if (asked.pool !== 'pool') return new Response('no such pool', { status: 422 });
      this.#volumes.set(name, { ...asked, hosts: new Set(), blocks: new Map() });
      return Response.json(asked);
    }
    if (there === undefined) return new Response('no such volume', { status: 404 });
    if (method === 'DELETE') this.#volumes.delete(name);
    return Response.json(there);
  }
}
