import * as Type from '@sinclair/typebox';
import { backupMachine } from '../../schema/backups.ts';
import { anything, flag, stringMap, text, uuid, word } from '../http/schemas.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';
import { longestRecord } from './record.ts';

const strict = { additionalProperties: false } as const;

const name = () => Type.Optional(text({ nullable: true }));
const description = () => Type.Optional(text({ nullable: true, printable: true }));
const metadata = () => Type.Optional(stringMap({ key: metadataKey, nullable: true, since: '3.43' }));

export const createBody = Type.Object(
  {
    backup: Type.Object(
      {
        volume_id: uuid(),
        container: Type.Optional(text({ nullable: true })),
        description: description(),
        incremental: Type.Optional(flag()),
        force: Type.Optional(flag()),
        name: name(),
        snapshot_id: Type.Optional(uuid({ nullable: true })),
        metadata: metadata(),
        availability_zone: Type.Optional(text({ min: 1, nullable: true, since: '3.51' })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    backup: Type.Object(
      { name: name(), description: description(), metadata: metadata() },
      { ...strict, minProperties: 1 },
    ),
  },
  strict,
);

export const restoreBody = Type.Object(
  { restore: Type.Object({ name: name(), volume_id: Type.Optional(uuid({ nullable: true })) }, strict) },
  strict,
);

export const importBody = Type.Object(
  {
    'backup-record': Type.Object(
      { backup_service: text({ min: 1 }), backup_url: text({ min: 1, max: longestRecord }) },
      strict,
    ),
  },
  strict,
);

export const resetStatusBody = Type.Object(
  { 'os-reset_status': Type.Object({ status: word(backupMachine.resettable) }, strict) },
  strict,
);

export const forceDeleteBody = Type.Object({ 'os-force_delete': anything() }, strict);
