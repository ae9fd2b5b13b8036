// The Data API adapter, with both ways to reach the service, against the emulator of test/emulators/data-api.
import { after, before } from 'node:test';
import { type DataApi, startDataApi } from '../../test/emulators/data-api/server.ts';
import { systemClock } from '../clock/system.ts';
import { freshHttp } from '../http/fresh.ts';
import { sdkTransport } from './data-api/sdk.ts';
import { signedTransport } from './data-api/signed.ts';
import type { DataApiTransport } from './data-api/transport.ts';
import { dataApiDatabase } from './data-api.ts';
import { databaseContract } from './database.contract.ts';
import { migrateContract } from './migrate.contract.ts';
import type { Migratable } from './port.ts';

process.env.AWS_ACCESS_KEY_ID = 'key-of-the-tests';
process.env.AWS_SECRET_ACCESS_KEY = 'secret-of-the-tests';
const credentials = { accessKeyId: 'key-of-the-tests', secretAccessKey: 'secret-of-the-tests' };

const arns = {
  cluster: 'arn:aws:rds:eu-central-1:000000000000:cluster:test',
  secret: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:test',
};
const region = 'eu-central-1';
const transports: Readonly<Record<string, (endpoint: string) => DataApiTransport>> = {
  'data api, sdk': (endpoint) => sdkTransport({ region, endpoint }),
  'data api, signed': (endpoint) => signedTransport({ region, endpoint, credentials, http: freshHttp() }),
};

const url = process.env.TEST_DATABASE_URL;
let api: DataApi;
const databases: Record<string, Migratable> = {};
before(async () => {
  api = await startDataApi({ backend: url === undefined ? {} : { url } });
  for (const [name, transport] of Object.entries(transports)) {
    databases[name] = dataApiDatabase({
      ...arns,
      transport: transport(api.url),
      database: 'test',
      clock: systemClock(),
    });
  }
});
after(async () => {
  for (const database of Object.values(databases)) await database.close();
  await api.close();
});

for (const name of Object.keys(transports)) {
  const database = () => {
    const made = databases[name];
    if (made === undefined) throw new Error(`${name} has not been opened`);
    return made;
  };
  databaseContract(name, database);
  migrateContract(name, database);
}
