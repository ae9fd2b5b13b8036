// Volumes of file, reached over iSCSI: tgtd serves the files. See README.md.

import { type Backend, type Connector, DriverError, driver } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { volumeName } from '../../driver-kit/names.ts';
import { Options } from '../../driver-kit/options.ts';
import { fileBackend, fileDriver } from './index.ts';
import { options as fileOptions, settingsOf } from './options.ts';
import { onObject, openPlace, type Place, statFile } from './place.ts';
import { Targets, type TargetsSettings } from './targets.ts';

const { share: _share, share_options: _options, ...own } = fileOptions;
const options = {
  ...own,
  portal: { describes: 'host:port that hosts reach the targets at.', default: '127.0.0.1:3260' },
  target_prefix: { describes: 'The beginning of the names of targets.', default: 'iqn.2026-01.org.scoria' },
  chap_secret: {
    describes:
      'What the passwords of CHAP are made from, one for each volume. Empty: no CHAP, names of initiators only.',
    default: '',
    isSecret: true,
  },
  program: { describes: 'The iSCSI target.', default: 'tgtd' },
} as const;

export const iscsiDriver = driver({
  name: 'iscsi',
  describes: 'Volumes of file over iSCSI, served by tgt, with CHAP and names of initiators.',
  protocol: 'iSCSI',
  offers: fileDriver.offers,
  options,
  async open(given, ports) {
    const read = new Options('iscsi', options, given);
    const settings: TargetsSettings = {
      portal: read.text('portal', /^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'must be host:port'),
      prefix: read.text('target_prefix', /^iqn\.\d{4}-\d\d\.[a-z0-9.-]+$/, 'must be as iqn.2026-01.org.example'),
      program: read.text('program', /./, 'must be the name of a program'),
      chapSecret: read.textOrNull('chap_secret', /^.{16,}$/, 'must have 16 characters or more'),
    };
    const place = await openPlace(settingsOf(given));
    return iscsiBackend(place, settings, await Targets.open(place.directory, settings, ports));
  },
});

function iscsiBackend(place: Place, { portal }: TargetsSettings, targets: Targets): Backend {
  const file = fileBackend(place);
  return {
    ...file,
    async connect(volume, connector, how, call) {
      const name = volumeName(volume.id);
      const initiator = initiatorOf(connector);
      return onObject(place, name, call, async () => {
        if ((await statFile(place, name)) === null) throw gone('volume');
        const { iqn, chap } = await targets.allow(name, initiator, call);
        const target = { target_discovered: false, target_portal: portal, target_iqn: iqn, target_lun: 1 };
        const auth = chap && { auth_method: 'CHAP', auth_username: chap.user, auth_password: chap.password };
        return {
          driver_volume_type: 'iscsi',
          data: { ...target, ...auth, volume_id: volume.id, discard: false, access_mode: how.mode },
        };
      });
    },
    async disconnect(volume, connector, _how, call) {
      const name = volumeName(volume.id);
      const initiator = connector === null ? null : initiatorOf(connector);
      await onObject(place, name, call, () => targets.forbid(name, initiator, call));
    },
    async remove(volume, call) {
      const name = volumeName(volume.id);
      await onObject(place, name, call, () => targets.forbid(name, null, call));
      await file.remove(volume, call);
    },
    async extend(volume, newSizeGiB, call) {
      await file.extend?.(volume, newSizeGiB, call);
      await targets.renew(volumeName(volume.id), call);
    },
    async revert(volume, snapshot, call) {
      await file.revert?.(volume, snapshot, call);
      await targets.renew(volumeName(volume.id), call);
    },
    async stats(call) {
      await targets.ready(call);
      return { ...(await file.stats(call)), storageProtocol: 'iSCSI' };
    },
    async close() {
      await file.close();
      await targets.close();
    },
  };
}

function initiatorOf({ initiator }: Connector): string {
  if (typeof initiator === 'string' && /^(iqn|eui|naa)\.[\w.:-]{1,220}$/.test(initiator)) return initiator;
  throw new DriverError('fatal', 'The host has no name of an iSCSI initiator. Install open-iscsi on it.');
}
