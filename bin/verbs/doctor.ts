import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { openDatabase } from '../../functions/main.node.ts';
import { isDataApi } from '../../infra/database/data-api/place.ts';
import { postgresDatabase } from '../../infra/database/postgres.ts';
import { agentOf } from '../../infra/http/agent.ts';
import { version } from '../../infra/http/version.ts';
import { nodeObjects } from '../../infra/objects/node.ts';
import { statement } from '../../schema/statement.ts';
import { type Context, exit, type Verb } from '../command.ts';
import { readSettings, type Settings } from '../settings.ts';
import { services } from './doctor-services.ts';

export interface Check {
  readonly name: string;
  readonly isFine: boolean;
  readonly says: string;
}

export const doctor: Verb = {
  name: 'doctor',
  summary: 'say whether this machine can run it, and what to mend',
  help: `usage: scoria doctor [--json]

Looks at Node, the data folder, its disk, the port, the database, the store of backups, and the Keystone,
Nova, Glance and Barbican that are set, where it signs in once; and changes nothing.
Exit code 3 when something has to be mended.`,
  async run(context) {
    const settings = readSettings(context);
    const checks = [
      node(),
      folder(settings),
      disk(settings),
      await port(settings),
      await database(settings),
      await backups(settings),
      ...(await services(settings)),
    ];
    context.data({ checks }, checks.map((one) => line(context, one)).join(''));
    return checks.every((one) => one.isFine) ? exit.ok : exit.blocked;
  },
};

const line = (context: Context, check: Check) =>
  `${check.isFine ? 'ok  ' : context.bold('MEND')} ${check.name.padEnd(9)} ${check.says}\n`;

function node(): Check {
  const isFine = Number(process.versions.node.split('.')[0]) >= 24;
  return { name: 'node', isFine, says: `Node ${process.versions.node}${isFine ? '' : '; 24 or newer is needed'}` };
}

/** The folder itself, or its nearest parent that exists. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function folder(settings: Settings): Check {
  const path = nearest(settings.folder);
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    const isOpen = path === settings.folder && (statSync(path).mode & 0o077) !== 0;
    if (!isOpen) return { name: 'folder', isFine: true, says: `${settings.folder} can be written` };
    return { name: 'folder', isFine: false, says: `${settings.folder} is open to other users: chmod 700 it` };
  } catch {
    return { name: 'folder', isFine: false, says: `${path} cannot be written: choose another folder with SCORIA_DATA` };
  }
}

const leastFreeGiB = 1;

function disk(settings: Settings): Check {
  const stats = statfsSync(nearest(settings.folder));
  const freeGiB = (stats.bavail * stats.bsize) / 2 ** 30;
  const isFine = freeGiB >= leastFreeGiB;
  return {
    name: 'disk',
    isFine,
    says: `${freeGiB.toFixed(1)} GiB free${isFine ? '' : `; at least ${leastFreeGiB} is needed`}`,
  };
}

function port(settings: Settings): Promise<Check> {
  const name = 'port';
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const says = `${settings.host}:${settings.port} cannot be listened on (${error.code}): stop who has it, or set SCORIA_PORT`;
      resolve({ name, isFine: false, says });
    });
    server.listen(settings.port, settings.host, () => {
      server.close(() => resolve({ name, isFine: true, says: `${settings.host}:${settings.port} is free` }));
    });
  });
}

async function database(settings: Settings): Promise<Check> {
  const name = 'database';
  if (settings.databaseUrl === null) return { name, isFine: true, says: 'embedded, in the data folder' };
  const url = settings.databaseUrl;
  const opened = isDataApi(url)
    ? await openDatabase(settings)
    : postgresDatabase({ url, connections: 1, connectSeconds: 5 });
  try {
    const [row] = await opened.all<{ version: number }>(
      statement('doctor.version', `SELECT current_setting('server_version_num')::int AS version`),
    );
    const major = Math.floor((row?.version ?? 0) / 10_000);
    const isFine = major >= 15;
    return { name, isFine, says: `PostgreSQL ${major}${isFine ? '' : '; 15 or newer is needed'}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, isFine: false, says: `DATABASE_URL cannot be used: ${reason}` };
  } finally {
    await opened.close();
  }
}

async function backups({ folder, backupStore }: Settings): Promise<Check> {
  const name = 'backups';
  const place = backupStore.kind === 's3' ? `the bucket ${backupStore.bucket}` : 'a directory in the data folder';
  try {
    for await (const _ of nodeObjects({ folder, backupStore }, agentOf(version())).list('manifests')) break;
    return { name, isFine: true, says: `in ${place}` };
  } catch (error) {
    return { name, isFine: false, says: error instanceof Error ? error.message : String(error) };
  }
}
