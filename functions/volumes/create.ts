// Creating a volume: one statement to learn what the request refers to, one to write all of it.
import type { Static } from '@sinclair/typebox';
import { DatabaseError } from '../../infra/database/port.ts';
import type { Image } from '../../infra/images/port.ts';
import { backupMachine, copySecondsPerGiB } from '../../schema/backups.ts';
import { groupMachine } from '../../schema/groups.ts';
import { refusal } from '../../schema/machine.ts';
import { schedulerQueue } from '../../schema/operations.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { withKey } from '../key-manager/keys.ts';
import { quotaFault, tooLargeForProject } from '../quota-sets/quotas.ts';
import { checkImage, imageArguments, imageMetadata, keyOfImage, tokenOf } from '../volume-images/image.ts';
import { nudge, sealedWork } from '../work/begin.ts';
import type { createBody } from './body.ts';
import { checkEncryption, encryptionOf, isMultiattach, keyFor } from './creation/encryption.ts';
import {
  type CreateFacts,
  insertVolume,
  insertVolumeFromBackup,
  insertVolumeInGroup,
  readCreateFacts,
} from './creation/store.ts';
import { findImageSource, imageReference, typeOfImage } from './image-source.ts';
import { volumeView } from './view.ts';

type Body = Static<typeof createBody>;
type Wanted = Body['volume'];

export async function createVolume(call: Call<Body>): Promise<unknown> {
  const asked = call.body.volume;
  const projectId = call.actor.projectId;
  if (projectId === null) throw badRequest('A volume belongs to a project: use a token with the scope of a project.');
  refuseEarly(call, asked);
  const { image, snapshotId } = await findImageSource(call);
  const wanted = snapshotId === null ? asked : { ...asked, snapshot_id: snapshotId };
  const facts = await readFacts(call, wanted, image, projectId);
  const size = checkFacts(wanted, facts, image);
  if (isMultiattach(facts.type_specs)) call.policy.require('volume:multiattach', call.actor);
  if (image !== null) checkImage(image, size, encryptionOf(facts));
  if (facts.per_volume_limit >= 0 && size > facts.per_volume_limit) {
    throw tooLargeForProject(size, facts.per_volume_limit);
  }
  const row = await write(call, wanted, facts, { size, projectId, image });
  return { volume: volumeView.for(call, 'summary')(row) };
}

/** What is wrong with the request whatever the database says. */
function refuseEarly(call: Call<Body>, wanted: Wanted): void {
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

function readFacts(call: Call<Body>, wanted: Wanted, image: Image | null, projectId: string): Promise<CreateFacts> {
  return readCreateFacts(call.ports.database, {
    type: wanted.volume_type || typeOfImage(image),
    default_type: call.settings.defaultVolumeType,
    snapshot_id: wanted.snapshot_id ?? null,
    source_volid: wanted.source_volid ?? null,
    backup_id: wanted.backup_id ?? null,
    image_key_id: image === null ? null : keyOfImage(image),
    group_id: groupOf(wanted),
    zone: wanted.availability_zone ?? null,
    project: projectId,
    is_admin: call.actor.roles.has('admin'),
  });
}

/** Refuses what the facts do not allow, and returns the size of the new volume in GiB. */
function checkFacts(wanted: Wanted, facts: CreateFacts, image: Image | null): number {
  if (wanted.snapshot_id != null) checkSnapshot(wanted.snapshot_id, facts);
  if (wanted.source_volid != null) checkSource(wanted.source_volid, facts);
  if (wanted.backup_id != null) checkBackup(wanted.backup_id, facts);
  if (facts.type_id === null) throw noType(wanted, image);
  checkEncryption(facts);
  checkGroup(wanted, facts);
  if (wanted.availability_zone != null && !facts.zone_exists) {
    throw badRequest(`Availability zone '${wanted.availability_zone}' is invalid.`);
  }
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

const backupIsBusy = () => badRequest(backupMachine.moves.restore.refusal);

const groupOf = (wanted: Wanted) => wanted.group_id ?? wanted.consistencygroup_id ?? null;

/** Refuses a group that is not there, of the other API, or that does not take volumes of the type. */
function checkGroup(wanted: Wanted, facts: CreateFacts): void {
  const id = groupOf(wanted);
  if (id === null) return;
  const isLegacy = wanted.group_id == null;
  if (facts.group_status === null || facts.group_is_legacy !== isLegacy)
    throw notFound(`Group ${id} could not be found.`);
  const kind = isLegacy ? 'consistency group' : 'group';
  if (!wanted.volume_type) {
    throw badRequest(`Invalid input received: volume_type must be provided when creating a volume in a ${kind}.`);
  }
  if (!facts.group_has_type) {
    throw badRequest(
      `Invalid input received: Invalid volume_type ${wanted.volume_type} provided (requested type must be supported by this ${kind}).`,
    );
  }
  if (!groupMachine.moves.add_volume.from.includes(facts.group_status)) throw groupIsBusy(id, facts.group_status);
}

/** What was there a moment ago and is not any more. */
function missing(wanted: Wanted): Fault {
  const group = groupOf(wanted);
  if (group !== null) return groupIsBusy(group, 'not that any more');
  return wanted.backup_id != null ? backupIsBusy() : sourceHasChanged();
}

const groupIsBusy = (id: string, status: string) =>
  badRequest(refusal(groupMachine, 'add_volume', { status, obstacles: '' }, { id }));

/** A type that is not there, and one that this project may not have, which is the same to it. */
function noType(wanted: Wanted, image: Image | null): Fault {
  if (wanted.volume_type) return notFound(`Volume type ${wanted.volume_type} could not be found.`);
  const named = typeOfImage(image);
  if (named !== null) {
    return notFound(
      `Volume type ${named} could not be found. The property cinder_img_volume_type of image ${image?.id} names it: change it, or give a volume_type.`,
    );
  }
  return badRequest('Invalid volume type: no default volume type is configured.');
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

/** The key of the source went with it between the two statements. */
function sourceIsGone(error: unknown): Fault | null {
  const isGone = error instanceof DatabaseError && error.reason === 'changed';
  return isGone ? sourceHasChanged() : null;
}

const sourceHasChanged = () =>
  badRequest('Invalid volume: The source of the volume has just been changed or deleted. Try again.');

/** The type was deleted between the two statements. */
function typeIsGone(error: unknown, wanted: Wanted, image: Image | null): Fault | null {
  const isGone = error instanceof DatabaseError && error.reason === 'volumes_volume_type_id_fkey';
  return isGone ? noType(wanted, image) : null;
}

const hintKeys = ['OS-SCH-HNT:scheduler_hints', 'os:scheduler_hints'] as const;

interface Decided {
  /** In GiB. */
  readonly size: number;
  readonly projectId: string;
  readonly image: Image | null;
}

async function write(call: Call<Body>, wanted: Wanted, facts: CreateFacts, { size, projectId, image }: Decided) {
  const hints = hintKeys.map((key) => call.body[key]).find((one) => one != null) ?? null;
  const begun = await sealedWork(call, image === null ? null : tokenOf(call), {
    kind: 'volume.create',
    step: 'schedule',
    machine: volumeMachine,
    move: 'create',
    arguments: {
      hints,
      zone: wanted.availability_zone ?? null,
      from_source: wanted.snapshot_id != null || wanted.source_volid != null || wanted.backup_id != null,
      ...(wanted.backup_id != null ? { backup_id: wanted.backup_id } : {}),
      ...(image !== null ? { image: imageArguments(image, imageMetadata(image)) } : {}),
    },
    ...(wanted.backup_id != null || image !== null ? { extraSeconds: size * copySecondsPerGiB } : {}),
  });
  const group = groupOf(wanted);
  const alone = wanted.backup_id != null ? insertVolumeFromBackup : insertVolume;
  const insert = group === null ? alone : insertVolumeInGroup;
  const id = call.ports.ids.uuid();
  const key = await keyFor(call, facts, id);
  const parameters = {
    id,
    ...key,
    project: projectId,
    name: wanted.name ?? wanted.display_name ?? null,
    description: wanted.description ?? wanted.display_description ?? null,
    size,
    zone: wanted.availability_zone ?? facts.source_zone ?? call.settings.defaultAvailabilityZone,
    type_id: facts.type_id,
    snapshot_id: wanted.snapshot_id ?? null,
    source_volid: wanted.source_volid ?? null,
    bootable: facts.source_bootable ?? false,
    multiattach: isMultiattach(facts.type_specs),
    metadata: JSON.stringify(wanted.metadata ?? {}),
    backup_id: wanted.backup_id ?? null,
    group_id: group,
    ...scopeParameter(reach(call.actor)),
    ...begun,
  };
  const row = await withKey(call, key, () => insert(call.ports.database, parameters)).catch((error: unknown) => {
    throw quotaFault(error) ?? typeIsGone(error, wanted, image) ?? sourceIsGone(error) ?? error;
  });
  if (row === null) throw missing(wanted);
  await nudge(call, schedulerQueue, begun);
  return row;
}
