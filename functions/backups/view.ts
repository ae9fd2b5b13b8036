import { type BackupRow, backupMachine } from '../../schema/backups.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

const projectRule = 'backup:backup_project_attribute';

/** A backup: as a summary in lists, and as create, update and import answer it; with details in show and /detail. */
export const backupView = view<BackupRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  links: field(is.links, (row, context) => context.links.of('backups', row.id)),
  status: field(is.among(backupMachine.states), (row) => row.status, { in: 'detail' }),
  size: field(is.count, (row) => row.size_gib, { in: 'detail' }),
  object_count: field(is.count, (row) => row.object_count, { in: 'detail' }),
  availability_zone: field(is.orNull(is.text), (row) => row.availability_zone, { in: 'detail' }),
  container: field(is.orNull(is.text), (row) => row.container, { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at), { in: 'detail' }),
  description: field(is.orNull(is.text), (row) => row.description, { in: 'detail' }),
  fail_reason: field(is.orNull(is.text), (row) => row.fail_reason, { in: 'detail' }),
  volume_id: field(is.uuid, (row) => row.volume_id, { in: 'detail' }),
  is_incremental: field(is.boolean, (row) => row.parent_id !== null, { in: 'detail' }),
  has_dependent_backups: field(is.boolean, (row) => row.has_dependents, { in: 'detail' }),
  snapshot_id: field(is.orNull(is.uuid), (row) => row.snapshot_id, { in: 'detail' }),
  data_timestamp: field(is.moment, (row) => time(row.data_timestamp), { in: 'detail' }),
  'os-backup-project-attr:project_id': field(is.text, (row) => row.project_id, {
    in: 'detail',
    since: '3.18',
    policy: projectRule,
  }),
  metadata: field(is.texts, (row) => JSON.parse(row.metadata), { in: 'detail', since: '3.43' }),
  user_id: field(is.text, (row) => row.user_id, { in: 'detail', since: '3.56', policy: projectRule }),
  encryption_key_id: field(is.optional(is.uuid), (row) => row.encryption_key_id ?? undefined, {
    in: 'detail',
    since: '3.64',
  }),
});
