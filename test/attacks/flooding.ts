// The thread that floods, so that what it does delays nobody who measures.
import { parentPort, workerData } from 'node:worker_threads';
import { begin, floods } from './floods.ts';

const { name, port } = workerData as { name: string; port: number };
const flood = floods.find((one) => one.name === name);
if (flood === undefined) throw new Error(`no flood is called ${name}`);
const { stop } = begin(flood, port);
parentPort?.once('message', () => {
  stop();
  parentPort?.close();
});
