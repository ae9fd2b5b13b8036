// Creating until available and deleting until gone: the API, the scheduler, the worker and the back end together.
import { Connection, requestBytes } from './client.ts';
import { type Figures, inLoops } from './load.ts';

export interface Target {
  readonly port: number;
  readonly token: string;
  /** `/v3/<project>` */
  readonly base: string;
}

/** Pause between two looks at a volume. With 16 at once, without a pause the looking would be most of the load. */
const pollMilliseconds = { single: 1, many: 10 };
const patienceMilliseconds = 30_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface Made {
  readonly whole: Figures;
  /** The POST alone. */
  readonly postP50: number;
  readonly ids: readonly string[];
}

/** Creates so many volumes at a concurrency: POST, then GET until available. Rates are volumes a second. */
export async function createAll(target: Target, volumes: number, loops: number, seconds: number): Promise<Made> {
  const connections = await openAll(target.port, loops);
  const posts: number[] = [];
  const ids: string[] = [];
  let made = 0;
  const whole = await inLoops(loops, { seconds, requests: volumes }, async (loop) => {
    const connection = connections[loop];
    if (connection === undefined) return false;
    made += 1;
    const body = { volume: { size: 1, name: `made-${made}`, metadata: { made: String(made) } } };
    const at = performance.now();
    const reply = await connection.send(
      requestBytes({ method: 'POST', path: `${target.base}/volumes`, token: target.token, body }),
      true,
    );
    posts.push(performance.now() - at);
    if (reply.status !== 202) return false;
    const id = (JSON.parse(reply.body) as { volume: { id: string } }).volume.id;
    ids.push(id);
    return reaches(target, connection, id, loops, (status, text) => status === 200 && text.includes('"available"'));
  });
  for (const one of connections) one.close();
  posts.sort((a, b) => a - b);
  return { whole, postP50: posts[Math.floor(posts.length / 2)] ?? Number.NaN, ids };
}

/** Creates volumes one after another: POST, then a GET that waits until available. Milliseconds of each, by its id. */
export async function createEach(target: Target, volumes: number): Promise<ReadonlyMap<string, number>> {
  const { base, token } = target;
  const connection = await Connection.open(target.port);
  const times = new Map<string, number>();
  for (let made = 0; made < volumes; made += 1) {
    const body = { volume: { size: 1, name: `each-${made}` } };
    const at = performance.now();
    const reply = await connection.send(requestBytes({ method: 'POST', path: `${base}/volumes`, token, body }), true);
    if (reply.status !== 202) continue;
    const { id } = (JSON.parse(reply.body) as { volume: { id: string } }).volume;
    const shown = await connection.send(requestBytes({ path: `${base}/volumes/${id}`, token, wait: 25 }), true);
    if (shown.status === 200 && shown.body.includes('"available"')) times.set(id, performance.now() - at);
  }
  connection.close();
  return times;
}

/** Deletes volumes: DELETE, then GET until 404. */
export async function deleteAll(target: Target, ids: readonly string[], loops: number, seconds: number) {
  const connections = await openAll(target.port, loops);
  let next = 0;
  const figures = await inLoops(loops, { seconds, requests: ids.length }, async (loop) => {
    const connection = connections[loop];
    const id = ids[next];
    next += 1;
    if (connection === undefined || id === undefined) return false;
    const path = `${target.base}/volumes/${id}`;
    const reply = await connection.send(requestBytes({ method: 'DELETE', path, token: target.token }));
    return reply.status === 202 && reaches(target, connection, id, loops, (status) => status === 404);
  });
  for (const one of connections) one.close();
  return figures;
}

const openAll = (port: number, loops: number) =>
  Promise.all(Array.from({ length: loops }, () => Connection.open(port)));

/** Looks at a volume until it is as wanted; false when it goes wrong or takes too long. */
async function reaches(
  target: Target,
  connection: Connection,
  id: string,
  loops: number,
  wanted: (status: number, text: string) => boolean,
): Promise<boolean> {
  const bytes = requestBytes({ path: `${target.base}/volumes/${id}`, token: target.token });
  const end = performance.now() + patienceMilliseconds;
  while (performance.now() < end) {
    const reply = await connection.send(bytes, true);
    if (wanted(reply.status, reply.body)) return true;
    if (reply.status >= 300 || reply.body.includes('"status":"error')) return false;
    await pause(loops === 1 ? pollMilliseconds.single : pollMilliseconds.many);
  }
  return false;
}
