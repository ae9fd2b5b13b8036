import { DriverError } from '../../driver.ts';
import { Options } from '../../driver-kit/options.ts';

export const options = {
  url: { describes: "Where the managers' dashboards are: https://host:port, with commas between.", default: null },
  user: { describes: 'Its user with the role block-manager.', default: null },
  password: { describes: "That user's password.", default: null, isSecret: true },
  pools: { describes: 'The RBD pools, with commas between.', default: 'volumes' },
  monitors: { describes: 'Where hosts reach the monitors: host:port, with commas between.', default: null },
  cluster: { describes: 'The name of the cluster, as hosts know it.', default: 'ceph' },
  auth_user: { describes: 'The Ceph user that hosts connect as; empty: no authentication.', default: 'cinder' },
  secret_uuid: { describes: "The id of libvirt's secret that has that user's key; empty: none.", default: '' },
  flatten: {
    describes: 'When a copy stops depending on its source: on-delete of the source, always at once, or never.',
    default: 'on-delete',
  },
  trash_days: { describes: 'How many days a removed volume can be restored from the trash.', default: '0' },
} as const;

export interface CephSettings {
  readonly urls: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly pools: readonly string[];
  readonly monitors: readonly { readonly host: string; readonly port: string }[];
  readonly cluster: string;
  readonly authUser: string | null;
  readonly secretUuid: string | null;
  readonly flatten: 'on-delete' | 'always' | 'never';
  /** 0: a volume is removed at once. */
  readonly trashSeconds: number;
}

const words = (text: string) => text.split(',').map((one) => one.trim());

/** Rejects with `fatal` and the option's name what cannot be used. */
export function settingsOf(given: Readonly<Record<string, string>>): CephSettings {
  const read = new Options('ceph-rbd', options, given);
  const urls = words(read.text('url')).map((one) => {
    if (!/^https?:\/\/[^/@\s]+\/?$/.test(one)) throw read.refused('url', 'must be like https://host:port');
    return one.replace(/\/$/, '');
  });
  const pools = words(read.text('pools'));
  if (pools.some((one) => !/^[\w.-]+$/.test(one))) throw read.refused('pools', 'must be names with commas between');
  const monitors = words(read.text('monitors')).map((one) => {
    const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(one) ?? [];
    if (host === undefined || port === undefined) throw read.refused('monitors', 'must be host:port');
    return { host, port };
  });
  const flatten = read.text('flatten', /^(on-delete|always|never)$/, 'must be on-delete, always or never');
  return {
    urls,
    user: read.text('user'),
    password: read.text('password'),
    pools,
    monitors,
    cluster: read.text('cluster'),
    authUser: read.textOrNull('auth_user'),
    secretUuid: read.textOrNull('secret_uuid'),
    flatten: flatten as CephSettings['flatten'], // one of the three, as was just seen
    trashSeconds: Math.round(read.number('trash_days', 0, 3650) * 86_400),
  };
}

/** The pool of a volume; one that is not among ours is refused for good. */
export function poolOf({ pools }: CephSettings, pool: string): string {
  if (pools.includes(pool)) return pool;
  throw new DriverError('fatal', `The pool ${pool} is not one of this back end.`);
}
