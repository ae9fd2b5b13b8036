import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { EndpointRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';

const columns = 'e.id, e.service_id, e.interface, e.region_id, e.url, e.name, e.description, e.enabled';

/** Every token has them all, and signing in reads them in one row: the Data API gives 64 KB a row. */
export const mostEndpoints = 120;

/** The region of an endpoint, and what to do when it is not there. */
export interface RegionAsked {
  readonly region_id: string | null;
  /** The region of the settings, which has no row. */
  readonly own_region: string;
  /** Older clients name a `region` that need not be there: it is made. */
  readonly makes_region: boolean;
}

const regionIsThere = `(:region_id::text IS NULL OR :region_id::text = :own_region::text
    OR EXISTS (SELECT 1 FROM catalog_regions r WHERE r.id = :region_id::text))`;
const regionMade = fragment(
  'region_made',
  `INSERT INTO catalog_regions (id, created_at)
  SELECT :region_id::text, :now::timestamptz FROM found f WHERE f.is_good AND NOT f.has_region ON CONFLICT DO NOTHING`,
);

interface Found {
  readonly has_service: boolean;
  readonly has_region: boolean;
}

const insert = statement(
  'identity.endpoints.insert',
  [
    fragment(
      'asked',
      `SELECT EXISTS (SELECT 1 FROM catalog_services s WHERE s.id = :service_id::text) AS has_service,
    ${regionIsThere} AS has_region,
    (SELECT count(*) FROM catalog_endpoints) < ${mostEndpoints} AS has_room`,
    ),
    fragment(
      'found',
      `SELECT a.*, a.has_service AND a.has_room AND (a.has_region OR :makes_region::boolean) AS is_good FROM asked a`,
    ),
    regionMade,
    fragment(
      'made',
      `INSERT INTO catalog_endpoints (id, service_id, interface, region_id, url, name, description, enabled, created_at)
  SELECT :id::text, :service_id::text, :interface::text, :region_id::text, :url::text, :name::text,
    :description::text, :enabled::boolean, :now::timestamptz
  FROM found f WHERE f.is_good`,
    ),
  ],
  `SELECT f.has_service, f.has_region OR :makes_region::boolean AS has_region, f.has_room FROM found f`,
);

/** Adds an endpoint when there is its service, its region and room for it; says what there was. */
export async function insertEndpoint(database: Database, row: EndpointRow, region: RegionAsked, now: string) {
  const [found] = await insert.all<Found & { has_room: boolean }>(database, { ...row, ...region, now });
  return found ?? { has_service: false, has_region: false, has_room: false };
}

const matching = `(:interface::text IS NULL OR e.interface = :interface::text)
  AND (:service_id::text IS NULL OR e.service_id = :service_id::text)
  AND (:region_id::text IS NULL OR e.region_id = :region_id::text)`;

export function listEndpoints(database: Database, filters: Parameters): Promise<EndpointRow[]> {
  const select = `SELECT ${columns} FROM catalog_endpoints e WHERE ${matching}`;
  return readAll(database, 'identity.endpoints.list', select, filters);
}

const show = statement('identity.endpoints.show', `SELECT ${columns} FROM catalog_endpoints e WHERE e.id = :id::text`);

export async function showEndpoint(database: Database, id: string): Promise<EndpointRow | null> {
  const [row] = await show.all<EndpointRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.endpoints.update',
  [
    fragment(
      'asked',
      `SELECT EXISTS (SELECT 1 FROM catalog_services s
      WHERE s.id = coalesce(:patch::jsonb ->> 'service_id', e.service_id)) AS has_service,
    ${regionIsThere} AS has_region
  FROM catalog_endpoints e WHERE e.id = :id::text`,
    ),
    fragment('found', `SELECT a.*, a.has_service AND (a.has_region OR :makes_region::boolean) AS is_good FROM asked a`),
    regionMade,
    fragment(
      'changed',
      `UPDATE catalog_endpoints e SET
    service_id = coalesce(:patch::jsonb ->> 'service_id', e.service_id),
    interface = coalesce(:patch::jsonb ->> 'interface', e.interface),
    url = coalesce(:patch::jsonb ->> 'url', e.url),
    name = coalesce(:patch::jsonb ->> 'name', e.name),
    description = coalesce(:patch::jsonb ->> 'description', e.description),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, e.enabled),
    region_id = coalesce(:region_id::text, e.region_id)
  FROM found f WHERE e.id = :id::text AND f.is_good RETURNING ${columns}`,
    ),
  ],
  `SELECT f.has_service, f.has_region OR :makes_region::boolean AS has_region, e.*
FROM found f LEFT JOIN changed e ON true`,
);

/** Changes an endpoint; null when there is none. Its columns are good only when there is its service and its region. */
export async function updateEndpoint(
  database: Database,
  id: string,
  patch: object,
  region: RegionAsked,
  now: string,
): Promise<(Found & EndpointRow) | null> {
  const parameters = { id, patch: JSON.stringify(patch), ...region, now };
  const [row] = await update.all<Found & EndpointRow>(database, parameters);
  return row ?? null;
}

const remove = statement(
  'identity.endpoints.delete',
  'DELETE FROM catalog_endpoints e WHERE e.id = :id::text RETURNING e.id AS id',
);

export async function deleteEndpoint(database: Database, id: string): Promise<boolean> {
  return (await remove.all(database, { id })).length > 0;
}
