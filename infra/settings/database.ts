// Settings of the database.
import { dataApiPlace, isDataApi } from '../database/data-api/place.ts';
import { type Environment, wrong } from './environment.ts';

/** Null: the embedded one. Throws a SettingsError that names the variable. */
export function readDatabaseUrl(env: Environment): string | null {
  const url = env.DATABASE_URL || null;
  if (url === null || /^postgres(ql)?:\/\//.test(url)) return url;
  if (!isDataApi(url)) throw wrong('DATABASE_URL', 'must begin with postgres://, postgresql:// or data-api://');
  try {
    dataApiPlace(url);
    return url;
  } catch (error) {
    throw wrong('DATABASE_URL', error instanceof Error ? error.message : String(error));
  }
}
