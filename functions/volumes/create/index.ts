// Creating a volume, from top to bottom: the request alone (checks.ts), the image that it names (image.ts), one
// statement to learn what else it refers to (store.ts), what that allows (checks.ts), and one statement that writes
// all of it.
import type { Image } from '../../../infra/images/port.ts';
import { copySecondsPerGiB } from '../../../schema/backups.ts';
import { schedulerQueue } from '../../../schema/operations.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { withKey } from '../../key-manager/keys.ts';
import { quotaFault, tooLargeForProject } from '../../quota-sets/quotas.ts';
import { checkImage, imageArguments, imageMetadata, keyOfImage, tokenOf } from '../../volume-images/image.ts';
import { nudge, sealedWork } from '../../work/begin.ts';
import type { CreateBody } from '../body.ts';
import { volumeView } from '../view.ts';
import { checkFacts, checkRequest } from './checks.ts';
import { encryptionOf, keyFor } from './encryption.ts';
import { missing, sourceIsGone, typeIsGone } from './faults.ts';
import { groupOf } from './group.ts';
import { findImageSource, typeOfImage } from './image.ts';
import { type CreateFacts, insertVolume, readCreateFacts } from './store.ts';

export async function createVolume(call: Call<CreateBody>): Promise<unknown> {
  const asked = call.body.volume;
  const projectId = call.actor.projectId;
  if (projectId === null) throw badRequest('A volume belongs to a project: use a token with the scope of a project.');
  checkRequest(call, asked);
  const { image, snapshotId } = await findImageSource(call);
  const wanted = snapshotId === null ? asked : { ...asked, snapshot_id: snapshotId };
  const facts = await readFacts(call, wanted, image, projectId);
  const size = checkFacts(wanted, facts, image);
  if (facts.type_is_multiattach) call.policy.require('volume:multiattach', call.actor);
  if (image !== null) checkImage(image, size, encryptionOf(facts));
  if (facts.per_volume_limit >= 0 && size > facts.per_volume_limit) {
    throw tooLargeForProject(size, facts.per_volume_limit);
  }
  const row = await write(call, wanted, facts, { size, projectId, image });
  return { volume: volumeView.for(call, 'summary')(row) };
}

function readFacts(
  call: Call<CreateBody>,
  wanted: CreateBody['volume'],
  image: Image | null,
  projectId: string,
): Promise<CreateFacts> {
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

const hintKeys = ['OS-SCH-HNT:scheduler_hints', 'os:scheduler_hints'] as const;

interface Decided {
  /** In GiB. */
  readonly size: number;
  readonly projectId: string;
  readonly image: Image | null;
}

async function write(
  call: Call<CreateBody>,
  wanted: CreateBody['volume'],
  facts: CreateFacts,
  { size, projectId, image }: Decided,
) {
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
    multiattach: facts.type_is_multiattach,
    metadata: JSON.stringify(wanted.metadata ?? {}),
    backup_id: wanted.backup_id ?? null,
    group_id: groupOf(wanted),
    ...scopeParameter(reach(call.actor)),
    ...begun,
  };
  const row = await withKey(call, key, () => insertVolume(call.ports.database, parameters)).catch((error: unknown) => {
    throw quotaFault(error) ?? typeIsGone(error, wanted, image) ?? sourceIsGone(error) ?? error;
  });
  if (row === null) throw missing(wanted);
  await nudge(call, schedulerQueue, begun);
  return row;
}
