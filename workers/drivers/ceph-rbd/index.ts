// Volumes of a Ceph cluster, by the REST API of its manager. See README.md.
import {
  type Backend,
  type ConnectionInfo,
  type DriverCall,
  type DriverPorts,
  driver,
  type Volume,
} from '../../driver.ts';
import { untilAborted } from '../../driver-kit/turns.ts';
import { ownedPage, stats } from './inventory.ts';
import { manageOf } from './manage.ts';
import { options, settingsOf } from './options.ts';
import { imageOf, openPlace, type Place } from './place.ts';
import { createSnapshot, removeSnapshot, revertVolume } from './snapshots.ts';
import { listingAge } from './touched.ts';
import { Trash } from './trash.ts';
import { createVolume, extendVolume, limitVolume, removeVolume } from './volumes.ts';

export const cephRbdDriver = driver({
  name: 'ceph-rbd',
  describes: "RBD images of a Ceph cluster, by the REST API of its manager's dashboard.",
  offers: ['extend', 'snapshot', 'clone', 'revert', 'manage', 'qos'],
  protocol: 'ceph',
  options,
  async open(given, ports) {
    return cephBackend(await openPlace(settingsOf(given), ports), ports);
  },
});

const made = { location: null };

function cephBackend(place: Place, ports: DriverPorts): Backend {
  const trash = new Trash(place, ports);
  const inTurn = <T>({ id }: Volume, call: DriverCall, work: () => Promise<T>) => place.turns.take(id, call, work);
  return {
    async create(volume, source, call) {
      await inTurn(volume, call, () => createVolume(place, volume, source, call));
      return made;
    },
    remove: (volume, call) => inTurn(volume, call, () => removeVolume(place, volume, call)),
    async connect(volume, _connector, _how, call) {
      await untilAborted(imageOf(place, volume, call), call.signal);
      return connectionOf(place, volume);
    },
    // Hosts open images by themselves, with their own key: there is nothing to close.
    async disconnect(_volume, _connector, _how, call) {
      await untilAborted(Promise.resolve(), call.signal);
    },
    async stats(call) {
      const current = await untilAborted(stats(place, call), call.signal);
      // This is called every minute, so the trash is emptied from here, without waiting for it.
      trash.begin();
      return current;
    },
    listingAge,
    listOwned: (after, call) => untilAborted(ownedPage(place, after, call), call.signal),
    extend: (volume, newSizeGiB, call) => inTurn(volume, call, () => extendVolume(place, volume, newSizeGiB, call)),
    snapshot: {
      async create(snapshot, call) {
        await inTurn(snapshot.volume, call, () => createSnapshot(place, snapshot, call));
        return made;
      },
      remove: (snapshot, call) => inTurn(snapshot.volume, call, () => removeSnapshot(place, snapshot, call)),
    },
    clone: true,
    revert: (volume, snapshot, call) => inTurn(volume, call, () => revertVolume(place, volume, snapshot, call)),
    manage: manageOf(place),
    qos: (volume, call) => inTurn(volume, call, () => limitVolume(place, volume, call)),
    close: () => place.turns.ended(),
  };
}

/** What os-brick's RBD connector and libvirt read. */
function connectionOf({ settings }: Place, volume: Volume): ConnectionInfo {
  const { monitors, cluster, authUser, secretUuid } = settings;
  return {
    driver_volume_type: 'rbd',
    data: {
      name: `${volume.pool}/volume-${volume.id}`,
      hosts: monitors.map(({ host }) => host),
      ports: monitors.map(({ port }) => port),
      cluster_name: cluster,
      auth_enabled: authUser !== null,
      auth_username: authUser,
      secret_type: 'ceph',
      secret_uuid: secretUuid,
      volume_id: volume.id,
      discard: true,
    },
  };
}
