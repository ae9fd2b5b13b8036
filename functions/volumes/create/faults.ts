// What a create request is told: of a type that it cannot have, and of what changed between its two statements.
import { DatabaseError } from '../../../infra/database/port.ts';
import type { Image } from '../../../infra/images/port.ts';
import { backupMachine } from '../../../schema/backups.ts';
import { badRequest, type Fault, notFound } from '../../http/faults.ts';
import type { CreateBody } from '../body.ts';
import { groupIsBusy, groupOf } from './group.ts';
import { typeOfImage } from './image.ts';

/** A type that is not there, and one that this project may not have, which is the same to it. */
export function noType(wanted: CreateBody['volume'], image: Image | null): Fault {
  if (wanted.volume_type) return notFound(`Volume type ${wanted.volume_type} could not be found.`);
  const named = typeOfImage(image);
  if (named !== null) {
    return notFound(
      `Volume type ${named} could not be found. The property cinder_img_volume_type of image ${image?.id} names it: change it, or give a volume_type.`,
    );
  }
  return badRequest('Invalid volume type: no default volume type is configured.');
}

export const backupIsBusy = () => badRequest(backupMachine.moves.restore.refusal);

/** The statement made no volume: what it is made from, or in, has gone. */
export function missing(wanted: CreateBody['volume']): Fault {
  const group = groupOf(wanted);
  if (group !== null) return groupIsBusy(group, 'not that any more');
  return wanted.backup_id != null ? backupIsBusy() : sourceHasChanged();
}

/** The key of the source went with it between the two statements. */
export function sourceIsGone(error: unknown): Fault | null {
  const isGone = error instanceof DatabaseError && error.reason === 'changed';
  return isGone ? sourceHasChanged() : null;
}

const sourceHasChanged = () =>
  badRequest('Invalid volume: The source of the volume has just been changed or deleted. Try again.');

/** The type was deleted between the two statements. */
export function typeIsGone(error: unknown, wanted: CreateBody['volume'], image: Image | null): Fault | null {
  const isGone = error instanceof DatabaseError && error.reason === 'volumes_volume_type_id_fkey';
  return isGone ? noType(wanted, image) : null;
}
