// Composition root of the function that updates the schema: at every deploy, before anything that needs it.
import { systemClock } from '../infra/clock/system.ts';
import { dataApiPlace } from '../infra/database/data-api/place.ts';
import { signedTransport } from '../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../infra/database/data-api.ts';
import { migrate } from '../infra/database/migrate.ts';
import { readMigrations } from '../infra/database/migrations.ts';
import { freshHttp } from '../infra/http/fresh.ts';
import { readAwsDatabase } from '../infra/settings/aws.ts';

/** A cluster that was just created exists, but does not answer yet. */
const resumeSeconds = () => 300;

export async function handler(): Promise<{ readonly applied: readonly string[]; readonly schema: string }> {
  const { url, credentials } = readAwsDatabase(process.env);
  const place = dataApiPlace(url);
  const transport = signedTransport({ ...place, credentials, http: freshHttp() });
  const database = dataApiDatabase({ ...place, transport, clock: systemClock(), resumeSeconds });
  const migrations = readMigrations(new URL('../schema/migrations/', import.meta.url));
  const applied = await migrate(database, migrations);
  await database.close();
  return { applied, schema: migrations.at(-1)?.id ?? '' };
}
