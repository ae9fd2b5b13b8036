// Kinds of work and what does them.
import type { MessageDetailName } from '../../schema/codes.ts';
import type { Kind } from '../../schema/operations.ts';
import { connectVolume } from './connect-volume.ts';
import { createBackup } from './create-backup.ts';
import { createSnapshot } from './create-snapshot.ts';
import { createVolume } from './create-volume.ts';
import { deleteBackup } from './delete-backup.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteVolume } from './delete-volume.ts';
import { disconnectVolume } from './disconnect-volume.ts';
import { extendVolume } from './extend-volume.ts';
import { createGroupSnapshot, deleteGroup, deleteGroupSnapshot } from './groups.ts';
import { listManageable } from './list-manageable.ts';
import { manageSnapshot, manageVolume, unmanageSnapshot, unmanageVolume } from './manage.ts';
import { moveVolume } from './move-volume.ts';
import { reimageVolume } from './reimage-volume.ts';
import { disableReplication, enableReplication, failOverBackend, failOverGroup } from './replication.ts';
import { restoreToVolume } from './restore-backup.ts';
import { revertVolume } from './revert-volume.ts';
import type { Abandon, Task } from './task.ts';
import { tellServer } from './tell-server.ts';
import { abandonImage, uploadVolume } from './upload-volume.ts';

interface Work {
  readonly run: Task;
  /** What the user is told when the back end has failed. */
  readonly detail: MessageDetailName;
  readonly abandon?: Abandon;
}

export const tasks: Readonly<Record<Kind, Work>> = {
  'volume.create': { run: createVolume, detail: 'driverFailedCreate' },
  'volume.delete': { run: deleteVolume, detail: 'driverFailedDelete' },
  'volume.manage': { run: manageVolume, detail: 'driverFailedManage' },
  'volume.unmanage': { run: unmanageVolume, detail: 'driverFailedUnmanage' },
  'snapshot.manage': { run: manageSnapshot, detail: 'driverFailedManage' },
  'snapshot.unmanage': { run: unmanageSnapshot, detail: 'driverFailedUnmanage' },
  'service.failover': { run: failOverBackend, detail: 'driverFailedFailover' },
  'group.enable_replication': { run: enableReplication, detail: 'driverFailedReplication' },
  'group.disable_replication': { run: disableReplication, detail: 'driverFailedReplication' },
  'group.failover_replication': { run: failOverGroup, detail: 'driverFailedFailover' },
  'service.list_manageable': { run: listManageable, detail: 'unknown' },
  'volume.extend': { run: extendVolume, detail: 'driverFailedExtend' },
  'volume.revert': { run: revertVolume, detail: 'driverFailedRevert' },
  'volume.retype': { run: moveVolume, detail: 'driverFailedMove' },
  'volume.migrate': { run: moveVolume, detail: 'driverFailedMove' },
  'volume.upload': { run: uploadVolume, detail: 'failedToUpload', abandon: abandonImage },
  'volume.reimage': { run: reimageVolume, detail: 'reimageFailed' },
  'volume.connect': { run: connectVolume, detail: 'driverFailedConnect' },
  'volume.disconnect': { run: disconnectVolume, detail: 'driverFailedDisconnect' },
  'snapshot.create': { run: createSnapshot, detail: 'snapshotCreateFailed' },
  'snapshot.delete': { run: deleteSnapshot, detail: 'snapshotDeleteFailed' },
  'group.delete': { run: deleteGroup, detail: 'groupDeleteFailed' },
  'group_snapshot.create': { run: createGroupSnapshot, detail: 'groupSnapshotCreateFailed' },
  'group_snapshot.delete': { run: deleteGroupSnapshot, detail: 'groupSnapshotDeleteFailed' },
  'backup.create': { run: createBackup, detail: 'backupCreateFailed' },
  'backup.delete': { run: deleteBackup, detail: 'backupDeleteFailed' },
  'backup.restore': { run: restoreToVolume, detail: 'backupRestoreFailed' },
  'server.volume_extended': { run: tellServer, detail: 'computeNotTold' },
  'server.volume_reimaged': { run: tellServer, detail: 'computeNotToldOfImage' },
  'server.swap_volume': { run: tellServer, detail: 'serverStays' },
};
