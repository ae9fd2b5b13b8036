// The SQL of image metadata: what the image said that a volume was made from, a jsonb column of its row.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope } from '../../schema/expressions.ts';
import { bounded } from '../../schema/sizes.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import { lockedStatuses } from '../volume-metadata/store.ts';

export type ImageMetadata = Readonly<Record<string, string>>;

/** The image metadata of a volume, and its status. */
export interface Found {
  readonly metadata: ImageMetadata;
  readonly status: string;
}

const found = `r.id = :id::uuid AND ${inScope}` as const;

const readText = statement(
  'image-metadata.read',
  `SELECT COALESCE(r.image_metadata, '{}')::text AS metadata, r.status FROM volumes r WHERE ${found}`,
);

/** Null when the volume is not within the scope. */
export async function readImageMetadata(database: Database, scope: Scope, id: string): Promise<Found | null> {
  const [row] = await readText.all<{ metadata: string; status: string }>(database, { id, ...scopeParameter(scope) });
  return row === undefined ? null : { metadata: JSON.parse(row.metadata) as ImageMetadata, status: row.status };
}

const unlocked = `r.status NOT IN (${lockedStatuses.map((status) => `'${status}'`).join(', ')})`;

const changeText = (name: string, value: string, condition: string) =>
  statement(
    `image-metadata.${name}`,
    [
      fragment(
        'changed',
        `UPDATE volumes r SET image_metadata = ${value}, updated_at = :now::timestamptz
  WHERE ${found} AND ${unlocked} AND ${condition}
  RETURNING r.*`,
      ),
      recordEvent('event', 'changed', `'volume.update.end'`, 'volume'),
    ],
    `SELECT COALESCE(image_metadata, '{}')::text AS metadata FROM changed`,
  );

const mergeText = changeText(
  'merge',
  bounded('volume image metadata', `COALESCE(r.image_metadata, '{}') || :metadata::jsonb`),
  'TRUE',
);
// A volume whose last pair is gone has none, as if it had never been made from an image.
const removeText = changeText(
  'remove',
  `NULLIF(r.image_metadata - :key::text, '{}'::jsonb)`,
  '(r.image_metadata -> :key::text) IS NOT NULL',
);

const texts = { merge: mergeText, remove: removeText } as const;

/** Merges pairs in or removes one. The whole afterwards; null when nothing was changed. */
export async function changeImageMetadata(
  database: Database,
  scope: Scope,
  way: keyof typeof texts,
  parameters: Omit<ParametersOf<(typeof texts)[keyof typeof texts]>, 'scope'>,
): Promise<ImageMetadata | null> {
  const [row] = await texts[way].all<{ metadata: string }>(database, { ...parameters, ...scopeParameter(scope) });
  return row === undefined ? null : (JSON.parse(row.metadata) as ImageMetadata);
}
