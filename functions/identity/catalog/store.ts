import type { Database } from '../../../infra/database/port.ts';
import { statement } from '../../../schema/statement.ts';

/** An enabled service that an operator has added, with its enabled endpoints. */
export interface StoredService {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly {
    readonly id: string;
    readonly interface: string;
    readonly region_id: string | null;
    readonly url: string;
  }[];
}

/** The stored services as a JSON array in text, or null when there is none: an expression, so that signing in needs no
 * statement more. */
export const storedCatalog = `(SELECT json_agg(json_build_object('id', s.id, 'type', s.type, 'name', s.name,
    'endpoints', (SELECT coalesce(json_agg(json_build_object('id', e.id, 'interface', e.interface,
        'region_id', e.region_id, 'url', e.url) ORDER BY e.created_at, e.id), '[]'::json)
      FROM catalog_endpoints e WHERE e.service_id = s.id AND e.enabled)) ORDER BY s.created_at, s.id)::text
  FROM catalog_services s WHERE s.enabled)`;

/** What the expression above has made. */
export const readStored = (catalog: string | null) => JSON.parse(catalog ?? '[]') as readonly StoredService[];

const find = statement('identity.catalog.show', `SELECT ${storedCatalog} AS catalog`);

export async function findStored(database: Database): Promise<readonly StoredService[]> {
  const [row] = await find.all<{ catalog: string | null }>(database);
  return readStored(row?.catalog ?? null);
}
