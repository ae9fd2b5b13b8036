import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { volumeMachine } from '../../schema/volumes.ts';
import { anything, flag, integer, stringMap, text, uuid, word } from '../http/schemas.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';
import { schedulerHints } from './create/hints.ts';

const strict = { additionalProperties: false } as const;

/** A size in GiB that may be null (then it is the source's). */
const size = () => Type.Optional(integer({ nullable: true }));
const name = () => Type.Optional(text({ nullable: true }));
const metadata = () => Type.Optional(stringMap({ key: metadataKey, nullable: true }));

export const createBody = Type.Object(
  {
    volume: Type.Object(
      {
        size: size(),
        name: name(),
        display_name: name(),
        description: name(),
        display_description: name(),
        volume_type: Type.Optional(text({ nullable: true })),
        metadata: metadata(),
        snapshot_id: Type.Optional(uuid({ nullable: true })),
        source_volid: Type.Optional(uuid({ nullable: true })),
        consistencygroup_id: Type.Optional(uuid({ nullable: true })),
        group_id: Type.Optional(uuid({ nullable: true, since: '3.13' })),
        backup_id: Type.Optional(uuid({ nullable: true, since: '3.47' })),
        availability_zone: Type.Optional(text({ min: 1, nullable: true })),
        multiattach: Type.Optional(flag({ nullable: true })),
        imageRef: Type.Optional(text({ nullable: true })),
        image_id: Type.Optional(text({ nullable: true })),
        // Sent by clients of the second version of the API; has never meant anything here.
        user_id: Type.Optional(anything()),
        project_id: Type.Optional(anything()),
        status: Type.Optional(anything()),
        attach_status: Type.Optional(anything()),
      },
      { ...strict, strictSince: '3.53' },
    ),
    'OS-SCH-HNT:scheduler_hints': Type.Optional(schedulerHints()),
    'os:scheduler_hints': Type.Optional(schedulerHints()),
  },
  strict,
);

export type CreateBody = Static<typeof createBody>;

/** Refuses an update that changes nothing, from the version on that says so. */
export const updateBody = Type.Object(
  {
    volume: Type.Object(
      {
        name: name(),
        display_name: name(),
        description: name(),
        display_description: name(),
        metadata: metadata(),
      },
      { ...strict, strictSince: '3.53' },
    ),
  },
  strict,
);

export const extendBody = Type.Object({ 'os-extend': Type.Object({ new_size: integer() }, strict) }, strict);

export const extendCompletionBody = Type.Object(
  { 'os-extend_volume_completion': Type.Object({ error: Type.Optional(flag({ nullable: true })) }, strict) },
  strict,
);

export const bootableBody = Type.Object({ 'os-set_bootable': Type.Object({ bootable: flag() }, strict) }, strict);

export const readonlyBody = Type.Object(
  { 'os-update_readonly_flag': Type.Object({ readonly: flag() }, strict) },
  strict,
);

export const forceDeleteBody = Type.Object({ 'os-force_delete': anything() }, strict);

/** Statuses that an admin may write over the present one. */
const resettable = volumeMachine.resettable;

export const resetStatusBody = Type.Object(
  {
    'os-reset_status': Type.Object(
      {
        status: Type.Optional(word(resettable, { nullable: true })),
        attach_status: Type.Optional(word(['attached', 'detached'], { nullable: true })),
        migration_status: Type.Optional(
          word(['migrating', 'error', 'success', 'completing', 'none', 'starting'], { nullable: true }),
        ),
      },
      { ...strict, minProperties: 1 },
    ),
  },
  strict,
);
