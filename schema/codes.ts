// The codes of user messages: what was being done, and what happened. The numbers are Cinder's.

export interface MessageAction {
  readonly id: string;
  readonly text: string;
}

export const messageActions = {
  scheduleVolume: { id: '001', text: 'schedule allocate volume' },
  attachVolume: { id: '002', text: 'attach volume' },
  copyVolumeToImage: { id: '003', text: 'copy volume to image' },
  updateAttachment: { id: '004', text: 'update attachment' },
  copyImageToVolume: { id: '005', text: 'copy image to volume' },
  unmanageVolume: { id: '006', text: 'unmanage volume' },
  extendVolume: { id: '007', text: 'extend volume' },
  createVolumeFromBackend: { id: '008', text: 'create volume from backend storage' },
  createSnapshot: { id: '009', text: 'create snapshot' },
  deleteSnapshot: { id: '010', text: 'delete snapshot' },
  updateSnapshot: { id: '011', text: 'update snapshot' },
  updateSnapshotMetadata: { id: '012', text: 'update snapshot metadata' },
  createBackup: { id: '013', text: 'create backup' },
  deleteBackup: { id: '014', text: 'delete backup' },
  restoreBackup: { id: '015', text: 'restore backup' },
  reimageVolume: { id: '016', text: 'reimage volume' },
  // An addition to Cinder's list, which has no action for a failed deletion: an error state always has a reason.
  deleteVolume: { id: '101', text: 'delete volume' },
  retypeVolume: { id: '102', text: 'retype volume' },
  migrateVolume: { id: '103', text: 'migrate volume' },
  revertVolume: { id: '104', text: 'revert volume to snapshot' },
  detachVolume: { id: '105', text: 'detach volume' },
  manageVolume: { id: '106', text: 'manage volume' },
  manageSnapshot: { id: '107', text: 'manage snapshot' },
  unmanageSnapshot: { id: '108', text: 'unmanage snapshot' },
  listManageable: { id: '109', text: 'list what can be managed' },
  failOverBackend: { id: '111', text: 'fail over back end' },
  enableReplication: { id: '112', text: 'enable replication' },
  disableReplication: { id: '113', text: 'disable replication' },
  failOverGroup: { id: '114', text: 'fail over group' },
  limitVolume: { id: '115', text: 'limit volume' },
  runSnapshotSchedule: { id: '116', text: 'run snapshot schedule' },
  deleteGroup: { id: '121', text: 'delete group' },
  createGroupSnapshot: { id: '122', text: 'create group snapshot' },
  deleteGroupSnapshot: { id: '123', text: 'delete group snapshot' },
  deliverEvents: { id: '131', text: 'deliver events' },
} as const satisfies Record<string, MessageAction>;

export const messageDetails = {
  unknown: { id: '001', text: 'An unknown error occurred.' },
  driverNotReady: { id: '002', text: 'Driver is not initialized at present.' },
  noBackend: {
    id: '003',
    text: 'Could not find any available weighted backend.',
  },
  failedToUpload: { id: '004', text: 'Failed to upload volume to image at backend.' },
  quotaExceeded: { id: '006', text: 'Not enough quota resource for operation.' },
  imageTooLarge: { id: '007', text: 'Image used for creating volume exceeds available space.' },
  computeNotTold: { id: '009', text: 'Compute service failed to extend volume.' },
  driverFailedExtend: { id: '010', text: 'Driver failed to extend the volume.' },
  driverFailedCreate: { id: '012', text: 'Driver failed to create the volume.' },
  snapshotCreateFailed: { id: '013', text: 'Snapshot failed to create.' },
  snapshotBusy: { id: '015', text: 'Snapshot is busy.' },
  snapshotDeleteFailed: { id: '016', text: 'Snapshot failed to delete.' },
  backupCreateFailed: { id: '020', text: 'Backup driver failed to create backup.' },
  backupDeleteFailed: { id: '025', text: 'Backup driver failed to delete backup.' },
  backupRestoreFailed: { id: '026', text: 'Backup driver failed to restore backup.' },
  reimageFailed: { id: '028', text: 'Failed to reimage the volume.' },
  imageFormat: {
    id: '029',
    text: 'The image disk format is not one that can be used here, or not the one that the image claims.',
  },
  deadlinePassed: { id: '101', text: 'The work did not end within its deadline.' },
  cancelled: { id: '152', text: 'The request was cancelled before the work had begun.' },
  driverFailedDelete: { id: '102', text: 'Driver failed to delete the volume.' },
  groupDeleteFailed: { id: '121', text: 'Group failed to delete.' },
  groupSnapshotCreateFailed: { id: '122', text: 'Group snapshot failed to create.' },
  groupSnapshotDeleteFailed: { id: '123', text: 'Group snapshot failed to delete.' },
  migrationNeeded: { id: '104', text: 'The new type needs a migration, which the request did not allow.' },
  driverFailedRevert: { id: '105', text: 'Driver failed to revert the volume.' },
  driverFailedMove: { id: '106', text: 'Driver failed to move the volume.' },
  noSpace: { id: '103', text: 'The back end has no room left.' },
  imageGone: { id: '140', text: 'The image is not there any more, or not yours to use.' },
  imageDamaged: { id: '141', text: 'The image service sent other bytes than the image has.' },
  imageServiceAway: { id: '142', text: 'The image service could not be reached.' },
  imageRefused: { id: '143', text: 'The image service refused it.' },
  tokenExpired: {
    id: '144',
    text: 'The token of the request has expired or was revoked before the work was done. Ask again.',
  },
  computeNotToldOfImage: { id: '146', text: 'Compute service failed to take the new image of the volume.' },
  serverStays: { id: '147', text: 'The server did not go over to the new place of its volume.' },
  keyManagerAway: { id: '145', text: 'The key of the volume could not be had.' },
  receiverFailed: {
    id: '151',
    text: 'The receiver of the subscription did not take them. Mend it, then enable the subscription: it goes on from there.',
  },
  driverFailedManage: { id: '112', text: 'Driver failed to take over the existing object.' },
  driverFailedUnmanage: { id: '113', text: 'Driver failed to give up the object.' },
  referenceNotFound: { id: '114', text: 'The reference names no object that could be managed.' },
  referenceManaged: { id: '115', text: 'The object that the reference names is managed already.' },
  driverFailedReplication: { id: '116', text: 'Driver failed to replicate.' },
  driverFailedFailover: { id: '117', text: 'Driver failed to fail over.' },
  driverFailedLimit: { id: '118', text: 'Driver failed to apply the QoS specs of the volume type.' },
  scheduleIncomplete: { id: '119', text: 'Some of the volumes could not be snapshotted.' },
  driverFailedConnect: { id: '110', text: 'Driver failed to connect the volume.' },
  driverFailedDisconnect: { id: '111', text: 'Driver failed to disconnect the volume.' },
} as const;

export type MessageActionName = keyof typeof messageActions;
export type MessageDetailName = keyof typeof messageDetails;

/** How long a user message is kept. */
export const messageSeconds = 30 * 86_400;

const resourceNumbers: Readonly<Record<string, string>> = {
  volume: 'VOLUME',
  snapshot: 'VOLUME_SNAPSHOT',
  backup: 'VOLUME_BACKUP',
  // A message that never reached a server is shown with its volume.
  server: 'VOLUME',
};

/** The resource type of a message, as the API shows it. */
export function messageResourceType(resource: string): string {
  return resourceNumbers[resource] ?? resource.toUpperCase();
}

/** `VOLUME_VOLUME_001_003`. */
export function messageEventId(resource: string, action: string, detail: string): string {
  return `VOLUME_${messageResourceType(resource)}_${action}_${detail}`;
}

/** The sentence that a user reads: the action, then the detail. */
export function messageText(actionId: string, detailId: string): string {
  const action = Object.values(messageActions).find((one) => one.id === actionId)?.text ?? 'unknown action';
  const detail = Object.values(messageDetails).find((one) => one.id === detailId)?.text ?? messageDetails.unknown.text;
  return `${action}:${detail}`;
}
