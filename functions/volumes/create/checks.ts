// What a new volume may be: first the request alone, then the request with what the database knows of the rest.
import type { Image } from '../../../infra/images/port.ts';
import { refusal } from '../../../schema/machine.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import { at, type Call } from '../../http/operation.ts';
import type { CreateBody } from '../body.ts';
import { checkEncryption } from './encryption.ts';
import { backupIsBusy, noType } from './faults.ts';
import { checkGroup } from './group.ts';
import { imageReference } from './image.ts';
import type { CreateFacts } from './store.ts';

/** Refuses what is wrong whatever the database says. */
export function checkRequest(call: Call<CreateBody>, wanted: CreateBody['volume']): void {
  const sources = {
    snapshot: wanted.snapshot_id,
    imageRef: imageReference(wanted),
    volume: wanted.source_volid,
    backup: wanted.backup_id,
  };
  if (Object.values(sources).filter((one) => one != null).length > 1) {
    const names = at(call, 'from-backup')
      ? 'snapshot, imageRef (or volume image), volume or backup'
      : 'snapshot, imageRef or volume';
    throw badRequest(`May specify only one of ${names}.`);
  }
  if (wanted.multiattach === true) {
    throw badRequest(
      'multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. Contact your administrator to create a multiattach enabled volume type and use it to create multiattach volumes.',
    );
  }
}

/** Refuses what the facts do not allow, and returns the size of the new volume in GiB. */
export function checkFacts(wanted: CreateBody['volume'], facts: CreateFacts, image: Image | null): number {
  if (wanted.snapshot_id != null) checkSnapshot(wanted.snapshot_id, facts);
  if (wanted.source_volid != null) checkSource(wanted.source_volid, facts);
  if (wanted.backup_id != null) checkBackup(wanted.backup_id, facts);
  if (facts.type_id === null) throw noType(wanted, image);
  checkEncryption(facts);
  checkGroup(wanted, facts);
  if (wanted.availability_zone != null && !facts.zone_exists) {
    throw badRequest(`Availability zone '${wanted.availability_zone}' is invalid.`);
  }
  const size = sizeOf(wanted, facts);
  checkTypeSize(size, facts);
  return size;
}

function checkSnapshot(id: string, facts: CreateFacts): void {
  if (facts.snapshot_status === null) throw notFound(`Snapshot ${id} could not be found.`);
  const why = { status: facts.snapshot_status, obstacles: '' };
  if (!snapshotMachine.moves.copy.from.includes(why.status)) throw badRequest(refusal(snapshotMachine, 'copy', why));
}

function checkSource(id: string, facts: CreateFacts): void {
  if (facts.source_status === null) throw notFound(`Volume ${id} could not be found.`);
  const why = { status: facts.source_status, obstacles: facts.source_obstacles ?? '' };
  const isInState = volumeMachine.moves.copy.from.includes(why.status);
  if (!isInState)
    throw badRequest("Invalid volume: Originating volume status must be one of 'available, in-use' values");
  if (why.obstacles !== '') throw badRequest(refusal(volumeMachine, 'copy', why));
}

function checkBackup(id: string, facts: CreateFacts): void {
  if (facts.backup_status === null) throw notFound(`Backup ${id} could not be found.`);
  if (facts.backup_status !== 'available') throw backupIsBusy();
}

/** The size that is asked for, or else its source's; never less than that. */
function sizeOf(wanted: CreateBody['volume'], facts: CreateFacts): number {
  const least = facts.snapshot_size ?? facts.source_size ?? facts.backup_size;
  const size = wanted.size ?? least;
  if (size === null)
    throw badRequest("Invalid input received: Volume size 'None' must be an integer and greater than 0");
  if (facts.snapshot_size !== null && size < facts.snapshot_size) {
    throw badRequest(
      `Invalid input received: Volume size ${size}GB cannot be smaller than the snapshot size ${facts.snapshot_size}GB. They must be >= original snapshot size.`,
    );
  }
  if (facts.source_size !== null && size < facts.source_size) {
    throw badRequest(
      `Invalid input received: Volume size '${size}'GB cannot be smaller than original volume size  ${facts.source_size}GB. They must be >= original volume size.`,
    );
  }
  if (facts.backup_size !== null && size < facts.backup_size) {
    throw badRequest(
      `Invalid input received: Volume size ${size}GB cannot be smaller than the backup size ${facts.backup_size}GB. It must be >= backup size.`,
    );
  }
  return size;
}

function checkTypeSize(size: number, facts: CreateFacts): void {
  const specs = JSON.parse(facts.type_specs ?? '{}') as Record<string, string>; // a jsonb object of strings
  const least = Number(specs['provisioning:min_vol_size'] ?? Number.NaN);
  const most = Number(specs['provisioning:max_vol_size'] ?? Number.NaN);
  if (size < least) {
    throw badRequest(
      `Invalid input received: Specified volume size of '${size}' is less than the minimum required size of '${least}' for volume type '${facts.type_name}'.`,
    );
  }
  if (size > most) {
    throw badRequest(
      `Invalid input received: Specified volume size of '${size}' is greater than the maximum allowable size of '${most}' for volume type '${facts.type_name}'.`,
    );
  }
}
