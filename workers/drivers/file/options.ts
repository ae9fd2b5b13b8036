// The driver's options, read from text.

import { isAbsolute } from 'node:path';
import { DriverError, type OptionSpec } from '../../driver.ts';

export const options = {
  directory: {
    describes: 'The directory that holds the files, as an absolute path. Made when it is not there.',
    default: null,
  },
  pool: { describes: 'The name of the one pool.', default: 'pool' },
  total_capacity_gib: { describes: 'The capacity to report, in GiB. Empty: that of the file system.', default: '' },
  max_over_subscription_ratio: {
    describes: 'How often the capacity may be promised to volumes; 1 or more.',
    default: '20',
  },
  reserved_percentage: {
    describes: 'The part of the capacity that the scheduler leaves free, 0 to 100.',
    default: '0',
  },
  durable: {
    describes: 'Whether a change of names survives a power cut too: 0.3 to 0.7 ms a change on the disk we measured.',
    default: 'true',
  },
  share: {
    describes:
      'The NFS share that is mounted at the directory, as host:/export: hosts then mount it too and reach volumes there. Empty: volumes are for this machine.',
    default: '',
  },
  share_options: {
    describes: 'What hosts add to their mount of the share, as "-o vers=4.2".',
    default: '',
  },
  file_mode: {
    describes: 'The mode of the files of volumes, in octal digits. Empty: 600, on a share 660.',
    default: '',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface FileSettings {
  readonly directory: string;
  readonly pool: string;
  readonly totalGiB: number | null;
  readonly maxOverSubscriptionRatio: number;
  readonly reservedPercentage: number;
  readonly durable: boolean;
  readonly share: { readonly export: string; readonly options: string | null } | null;
  readonly fileMode: number;
}

/** The settings with their defaults filled in; rejects with `fatal`, naming the option, when one cannot be used. */
export function settingsOf(given: Readonly<Record<string, string>>): FileSettings {
  const text = (name: keyof typeof options) => given[name] ?? options[name].default ?? '';
  const directory = text('directory');
  if (!isAbsolute(directory)) throw refused('directory', 'must be an absolute path');
  const pool = text('pool');
  if (!/^[\w.-]{1,100}$/.test(pool)) throw refused('pool', 'must be 1 to 100 letters, digits, "_", "." or "-"');
  const durable = text('durable');
  if (durable !== 'true' && durable !== 'false') throw refused('durable', 'must be true or false');
  const total = text('total_capacity_gib');
  return {
    directory,
    pool,
    totalGiB: total === '' ? null : numberOf('total_capacity_gib', total, 1, 1e9),
    maxOverSubscriptionRatio: numberOf('max_over_subscription_ratio', text('max_over_subscription_ratio'), 1, 1e6),
    reservedPercentage: numberOf('reserved_percentage', text('reserved_percentage'), 0, 100),
    durable: durable === 'true',
    ...shareOf(text),
  };
}

function shareOf(text: (name: keyof typeof options) => string): Pick<FileSettings, 'share' | 'fileMode'> {
  const share = text('share');
  const added = text('share_options');
  const mode = text('file_mode') || (share === '' ? '600' : '660');
  if (!/^0?[0-7]{3}$/.test(mode) || !/^0?[67]/.test(mode))
    throw refused('file_mode', 'must be octal digits such as 660');
  // A share with spaces or a dash in front would become an option of mount.
  if (share !== '' && !/^(\[[0-9a-fA-F:]+\]|[\w.][\w.-]*):\/\S*$/.test(share))
    throw refused('share', 'must be host:/export');
  if (added !== '' && !/^-o [\w.,=:/-]+$/.test(added)) throw refused('share_options', 'must be as "-o vers=4.2"');
  if (added !== '' && share === '') throw refused('share_options', 'needs a share');
  return {
    share: share === '' ? null : { export: share, options: added === '' ? null : added },
    fileMode: Number.parseInt(mode, 8),
  };
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw refused(name, `must be a number from ${least} to ${most}`);
}

function refused(name: string, must: string): DriverError {
  return new DriverError('fatal', `The file driver's option ${name} cannot be used. It ${must}.`);
}
