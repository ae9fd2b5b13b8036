// QoS specs as the configuration of an image. librbd keeps to it in the host that has the image open, also to changes.
import { limitsOf, type Measure } from '../../driver-kit/limits.ts';
import type { Image } from './images.ts';

const names = {
  total_iops_sec: 'rbd_qos_iops',
  read_iops_sec: 'rbd_qos_read_iops',
  write_iops_sec: 'rbd_qos_write_iops',
  total_bytes_sec: 'rbd_qos_bps',
  read_bytes_sec: 'rbd_qos_read_bps',
  write_bytes_sec: 'rbd_qos_write_bps',
} as const satisfies Readonly<Record<Measure, string>>;

export function configurationOf(qos: Readonly<Record<string, string>>, sizeGiB: number): Record<string, number> {
  const configuration: Record<string, number> = {};
  for (const [measure, limit] of Object.entries(limitsOf(qos, sizeGiB).by)) {
    const name = names[measure as Measure]; // a key of Limits.by
    configuration[`${name}_limit`] = limit.rate;
    if (limit.burst === null) continue;
    configuration[`${name}_burst`] = limit.burst;
    configuration[`${name}_burst_seconds`] = limit.burstSeconds;
  }
  return configuration;
}

/** What has to be set, and taken off with null, for the image to keep to `wanted` and to no other limits. */
export function changesTo(image: Image, wanted: Readonly<Record<string, number>>): Record<string, number | null> {
  const stale = image.configuration.filter(
    ({ name, source }) => source === 2 && name.startsWith('rbd_qos_') && !Object.hasOwn(wanted, name),
  );
  return { ...Object.fromEntries(stale.map(({ name }) => [name, null])), ...wanted };
}
