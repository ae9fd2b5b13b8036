import type { Database } from '../../infra/database/port.ts';
import { isDisabled } from '../../schema/services.ts';
import { statement } from '../../schema/statement.ts';

export interface ZoneRow {
  readonly name: string;
  readonly is_available: boolean;
}

const listText = statement(
  'availability-zones.list',
  `SELECT s.availability_zone AS name, NOT bool_and(${isDisabled('s')}) AS is_available
FROM services s WHERE s."binary" = 'cinder-volume' GROUP BY s.availability_zone ORDER BY s.availability_zone`,
);

/** The zones that volume services are in, by name; available while one of them is enabled. */
export function listZones(database: Database): Promise<ZoneRow[]> {
  return listText.all<ZoneRow>(database);
}
