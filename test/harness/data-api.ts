// TEST_DATABASE=data-api: the databases of the tests stand behind an emulator of the Data API, and are reached
// through it.
import { systemClock } from '../../infra/clock/system.ts';
import { sdkTransport } from '../../infra/database/data-api/sdk.ts';
import { dataApiDatabase } from '../../infra/database/data-api.ts';
import type { Migratable } from '../../infra/database/port.ts';
import { startDataApi } from '../emulators/data-api/server.ts';

export const throughDataApi = process.env.TEST_DATABASE === 'data-api';

/** A database behind an emulator of its own, which ends with it. */
export async function dataApiOver(
  backend: { readonly url: string } | { readonly template: string },
): Promise<Migratable> {
  process.env.AWS_ACCESS_KEY_ID ??= 'key-of-the-tests';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'secret-of-the-tests';
  const api = await startDataApi({ backend });
  const database = dataApiDatabase({
    transport: sdkTransport({ region: 'eu-central-1', endpoint: api.url }),
    cluster: 'arn:aws:rds:eu-central-1:000000000000:cluster:test',
    secret: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:test',
    database: 'test',
    clock: systemClock(),
  });
  return {
    ...database,
    async close() {
      await database.close();
      await api.close();
    },
  };
}
