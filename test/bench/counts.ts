// Round trips: the statements and messages of one request, counted in this process on back ends in memory.
import { startScoria } from '../harness/scoria.ts';

export interface Counts {
  readonly statements: readonly string[];
  readonly messages: number;
}

/** By the name of what is done. Looking whether a volume is available does not count. */
export async function countRoundTrips(): Promise<ReadonlyMap<string, Counts>> {
  const scoria = await startScoria();
  const out = new Map<string, Counts>();
  const sent = () => [...scoria.queue.sent.values()].reduce((sum, one) => sum + one, 0);
  const count = async <T>(name: string, polls: string | null, work: () => Promise<T>): Promise<T> => {
    scoria.database.take();
    const before = sent();
    const result = await work();
    const statements = scoria.database.take().filter((one) => one !== polls);
    out.set(name, { statements, messages: sent() - before });
    return result;
  };
  try {
    // The first sweep and the first reports are over when a whole create has gone through.
    await scoria.makeVolume();
    const volume: { id: string } = await count('create', 'volumes.show', () => scoria.makeVolume());
    const path = `/v3/volumes/${volume.id}`;
    await count('show', null, () => scoria.ask('GET', path));
    await count('list', null, () => scoria.ask('GET', '/v3/volumes?limit=100'));
    await count('detail', null, () => scoria.ask('GET', '/v3/volumes/detail?limit=100'));
    await count('page behind a marker', null, () => scoria.ask('GET', `/v3/volumes/detail?marker=${volume.id}`));
    await count('summary', null, () => scoria.ask('GET', '/v3/volumes/summary', { version: '3.71' }));
    await count('delete', 'volumes.show', async () => {
      await scoria.ask('DELETE', path);
      await scoria.until(path, ({ status }) => status === 404);
    });
    return out;
  } finally {
    await scoria.close();
  }
}
