// Makes a data directory and ends. A thread of its own, because initdb leaves 170 MB behind that only the end of
// its thread gives back.

import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pgliteSettings } from './pglite-settings.ts';

export interface PgliteMakeData {
  readonly directory: string;
}

const { directory }: PgliteMakeData = workerData;
const database = await PGlite.create({ ...(await pgliteSettings()), dataDir: directory });
await database.close();
