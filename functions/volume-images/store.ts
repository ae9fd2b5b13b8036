// The SQL of copies between a volume and an image.
import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope, utc } from '../../schema/expressions.ts';
import { insertImageKey, refuseWithoutKey } from '../../schema/keys.ts';
import { begins, guard, type Why, whyColumns } from '../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../schema/operations.ts';
import { fragment, type Literal, type ParametersOf, type Part, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import type { BegunWork } from '../work/begin.ts';

export type ImageMove = 'upload' | 'upload_in_use' | 'reimage' | 'reimage_reserved';

/** What a request has to know of the volume before it asks the image service. */
export interface Facts extends Why {
  readonly size_gib: number;
  readonly description: string | null;
  readonly updated_at: string | null;
  /** A JSON object of strings, or null. */
  readonly image_metadata: string | null;
  readonly is_encrypted: boolean;
  readonly key_id: string | null;
  readonly key_is_kept: boolean;
  /** How its type encrypts, as a JSON object; null: it does not. */
  readonly encryption: string | null;
  readonly attachment_count: number;
  /** The volume's type as a JSON object, or null. */
  readonly type: string | null;
}

const attachments = '(SELECT count(*) FROM attachments a WHERE a.volume_id = r.id)::int';

const factsText = (move: ImageMove) =>
  statement(
    `volume-images.${move}-facts`,
    `SELECT ${whyColumns(volumeMachine, move)}, r.size_gib, r.description, ${utc('r.updated_at')} AS updated_at,
  r.image_metadata::text AS image_metadata, r.encryption_key_id IS NOT NULL AS is_encrypted,
  r.encryption_key_id::text AS key_id,
  EXISTS (SELECT 1 FROM encryption_keys k WHERE k.id = r.encryption_key_id) AS key_is_kept,
  (SELECT json_build_object('provider', e.provider, 'control_location', e.control_location, 'cipher', e.cipher,
    'key_size', e.key_size)::text FROM volume_type_encryption e WHERE e.volume_type_id = r.volume_type_id) AS encryption,
  ${attachments} AS attachment_count,
  (SELECT json_build_object('id', t.id, 'name', t.name, 'description', t.description, 'is_public', t.is_public,
    'extra_specs', t.extra_specs, 'qos_specs_id', t.qos_specs_id, 'created_at', ${utc('t.created_at')},
    'updated_at', ${utc('t.updated_at')})::text FROM volume_types t WHERE t.id = r.volume_type_id) AS type
FROM volumes r WHERE r.id = :id::uuid AND ${inScope}`,
  );

/** The volume takes the move and the copy is queued at its back end: both or neither. */
const beginText = <const Key extends readonly Part[], const Refused extends string>(
  move: ImageMove,
  event: string,
  {
    condition,
    key,
    refusedWithout,
    reads,
  }: {
    readonly condition: string;
    readonly key: Key;
    readonly refusedWithout: Literal<Refused>;
    readonly reads: 'NULL::uuid' | 'r.id';
  },
) =>
  statement(
    `volume-images.${move}`,
    [
      fragment(
        'moved',
        `UPDATE volumes r SET ${begins(volumeMachine, move)}
  WHERE r.id = :id::uuid AND ${inScope} AND ${guard(volumeMachine, move)} AND ${condition}
  RETURNING r.*`,
      ),
      key,
      queueOperation('moved', backendQueueOf('r.host'), { reads }),
      recordEvent('event', 'moved', `'${event}'`, 'volume', `jsonb_build_object('uploaded_image_id', :image_id::text)`),
    ],
    `SELECT operation_id, queue, ${refusedWithout}::text AS refused FROM operation`,
  );

/** The image of an encrypted volume has a key of the same bytes. */
const withKey = {
  condition: 'TRUE',
  key: [insertImageKey('moved')],
  refusedWithout: refuseWithoutKey('moved'),
  reads: 'r.id',
} as const;
const notShared = { condition: `${attachments} <= 1`, key: [], refusedWithout: 'NULL', reads: 'NULL::uuid' } as const;

const texts = {
  upload: { facts: factsText('upload'), begin: beginText('upload', 'volume.copy_to_image.start', withKey) },
  upload_in_use: {
    facts: factsText('upload_in_use'),
    begin: beginText('upload_in_use', 'volume.copy_to_image.start', withKey),
  },
  reimage: {
    facts: factsText('reimage'),
    begin: beginText('reimage', 'volume.reimage.start', notShared),
  },
  reimage_reserved: {
    facts: factsText('reimage_reserved'),
    begin: beginText('reimage_reserved', 'volume.reimage.start', notShared),
  },
} as const;

/** Null when there is no such volume within the scope. */
export async function readFacts(database: Database, move: ImageMove, scope: Scope, id: string): Promise<Facts | null> {
  const [row] = await texts[move].facts.all<Facts>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

/** Null when the volume may not make the move now. */
export async function beginCopy(
  database: Database,
  move: ImageMove,
  parameters: ParametersOf<(typeof texts)[keyof typeof texts]['begin']>,
): Promise<BegunWork | null> {
  const [row] = await texts[move].begin.all<BegunWork>(database, parameters);
  return row ?? null;
}
