// Creating a volume: empty, from a snapshot, a volume or a backup, or from an image.
import { timestamp } from '../../../infra/clock/port.ts';
import { laneOf } from '../../../schema/operations.ts';
import { clusterOf, serviceOf } from '../../../schema/services.ts';
import { DriverError, type Source, type Volume } from '../../driver.ts';
import { createFromCache } from '../../images/cache.ts';
import { formatBlank } from '../../images/encrypted.ts';
import { image } from '../../images/image.ts';
import { writeImage } from '../../images/write-image.ts';
import { placeVolume } from '../../scheduler/place-volume.ts';
import { showDownloading } from '../../store/downloading.ts';
import { asBackedUp, bootableAsBackedUp, joinBackup } from '../../store/restored.ts';
import {
  argumentsAs,
  backupOfArguments,
  encryption,
  flag,
  groupBackend,
  type Origin,
  origin,
  originHost,
  sealedToken,
  text,
  volume,
} from '../fragments.ts';
import { hints, refusals } from '../hints.ts';
import { restoreInto } from '../restoring.ts';
import { backupFree, inError, memberCreated } from '../sql.ts';
import { ability, toSnapshot, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Copies go to the long queue of the back end. */
const lane = argumentsAs((given) => laneOf('volume.create', given));

export const createVolume = work({
  kind: 'volume.create',
  does: 'makes a volume: empty, a copy of a snapshot or a volume, or filled from a backup or an image',
  steps: ['schedule', 'create'],
  schedule: {
    needs: { volume: volume('is_encrypted'), zone: text('zone'), groupBackend, originHost, lane, hints, refusals },
    run: placeVolume,
  },
  needs: {
    volume: volume('is_encrypted'),
    origin,
    isFromSource: flag('from_source'),
    backup: backupOfArguments,
    image,
    token: sealedToken,
    encryption,
  },
  uses: [
    'backend.create',
    'backend.clone',
    'backend.openData',
    'backend.opensEncrypted',
    'backend.remove',
    'objects',
    'digests',
    'images',
    'converter',
    'luks',
    'keys',
    'secrets',
    'imageCache',
  ],
  async run(given, operation, { backend, ports, call }) {
    const wanted = toVolume(given.volume);
    if (wanted.isEncrypted) ability(backend.opensEncrypted, 'open encrypted volumes for hosts');
    if (given.image !== null) {
      // A clone if the back end already has the image, else a blank volume that the image is written into.
      const { image } = given;
      await showDownloading(ports.database, operation.id, operation.attempt, timestamp(ports.clock));
      const filling = { ...given, image, deadline: operation.deadline };
      const cloned = await createFromCache(filling, wanted, backend, call, ports);
      if (cloned !== null) return done(cloned.location, { is_replicated: cloned.isReplicated === true });
      const { location } = await backend.create(wanted, { kind: 'blank' }, call);
      await writeImage(filling, { ...wanted, location }, 'copyImageToVolume', backend, call, ports);
      return done(location);
    }
    const made = await backend.create(wanted, sourceOf(given), call);
    // Two steps of one operation: the volume is blank until the data is in it, and counts as created only after that.
    const filled: Volume = { ...wanted, location: made.location };
    if (given.backup !== null) await restoreInto(filled, given.backup, backend, call, ports);
    else if (given.origin === null) await formatBlank(filled, given, backend, call, ports);
    return done(made.location, { is_replicated: made.isReplicated === true });
  },
  leave: ({ volume }, { backend, call }) => backend.remove(toVolume(volume), call),
  events: { done: 'volume.create.end', failed: 'volume.create.error' },
  message: { action: 'createVolumeFromBackend', detail: 'driverFailedCreate' },
  done: (ends) => ({
    join: joinBackup,
    set: `bootable = ${bootableAsBackedUp('r')} OR jsonb_exists(f.arguments, 'image'), ${asBackedUp('r')},
    image_metadata = COALESCE(f.arguments -> 'image' -> 'metadata', b.image_metadata, r.image_metadata),
    replication_status = CASE WHEN :facts::jsonb ->> 'is_replicated' = 'true' THEN 'enabled' ELSE r.replication_status END,
    location = :location::text, launched_at = :now::timestamptz,
    -- Its service may have changed its cluster since it was placed.
    cluster_name = ${clusterOf('r.host')}, service_uuid = ${serviceOf('r.host')}`,
    also: [backupFree(ends), memberCreated('done')],
  }),
  failed: (ends) => ({
    also: [backupFree(ends), memberCreated('failed')],
    alsoFailed: inError('group', 'member_created'),
  }),
});

function sourceOf(given: {
  readonly origin: Origin | null;
  readonly isFromSource: boolean;
  readonly backup: unknown;
}): Source {
  const { origin } = given;
  if (origin?.is === 'snapshot') return { kind: 'snapshot', snapshot: toSnapshot(origin.snapshot, origin.volume) };
  if (origin?.is === 'volume') return { kind: 'volume', volume: toVolume(origin.volume) };
  // If a source was named but is gone, the result must not be an empty volume.
  if (given.isFromSource && given.backup === null) {
    throw new DriverError('gone', 'The source of the volume does not exist any more.');
  }
  return { kind: 'blank' };
}
