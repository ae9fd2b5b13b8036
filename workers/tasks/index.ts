// Kinds of work and what does them.
import type { MessageDetailName } from '../../schema/codes.ts';
import type { Kind } from '../../schema/operations.ts';
import { createSnapshot } from './create-snapshot.ts';
import { createVolume } from './create-volume.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteVolume } from './delete-volume.ts';
import { extendVolume } from './extend-volume.ts';
import type { Task } from './task.ts';

export const tasks: Readonly<Record<Kind, { readonly run: Task; readonly detail: MessageDetailName }>> = {
  'volume.create': { run: createVolume, detail: 'driverFailedCreate' },
  'volume.delete': { run: deleteVolume, detail: 'driverFailedDelete' },
  'volume.extend': { run: extendVolume, detail: 'driverFailedExtend' },
  'snapshot.create': { run: createSnapshot, detail: 'snapshotCreateFailed' },
  'snapshot.delete': { run: deleteSnapshot, detail: 'snapshotDeleteFailed' },
};
