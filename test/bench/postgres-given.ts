// Databases on a PostgreSQL that somebody else runs: made for the bench and dropped after it.
import pg from 'pg';
import { later } from './cleanup.ts';
import type { Cluster } from './postgres-cluster.ts';

export async function databasesOn(url: string): Promise<Pick<Cluster, 'fresh' | 'version' | 'stop'>> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const stop = later(() => admin.end());
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
  const drops: (() => Promise<void>)[] = [];
  const prefix = `bench_${process.pid}_`;
  return {
    version: rows[0]?.server_version ?? '',
    async fresh(name) {
      const database = `${prefix}${name}`;
      await admin.query(`CREATE DATABASE ${database}`);
      drops.push(later(async () => void (await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`))));
      const made = new URL(url);
      made.pathname = `/${database}`;
      return made.href;
    },
    async stop() {
      for (const drop of drops) await drop();
      await stop();
    },
  };
}
