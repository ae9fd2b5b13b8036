import { isAbsolute } from 'node:path';
import type { OptionSpec } from '../../driver.ts';
import { Options } from '../../driver-kit/options.ts';

export const options = {
  directory: {
    describes: 'The directory that holds the volumes, as an absolute path. Made when it is not there.',
    default: null,
  },
  pool: { describes: 'The name of the one pool.', default: 'pool' },
  listen: {
    describes:
      'Where hosts reach the volumes: host:port, or the path of a unix socket. Empty: nbd.sock in a folder of the worker.',
    default: '',
  },
  advertise: { describes: 'host:port that hosts are told, where it is not what is listened on.', default: '' },
  tls_directory: {
    describes:
      'A directory with ca-cert.pem, server-cert.pem and server-key.pem: then hosts must speak TLS and show a certificate of that CA. For the worker itself client-cert.pem and client-key.pem.',
    default: '',
  },
  program: { describes: 'The storage daemon.', default: 'qemu-storage-daemon' },
  flatten: {
    describes: 'Whether a volume made from another one is made independent of it at once, which copies its data.',
    default: 'false',
  },
  most_layers: {
    describes: 'A volume that would stand on more layers than this is made independent of them, 2 to 100.',
    default: '16',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type Listen =
  | { readonly kind: 'unix'; readonly path: string | null }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface QsdSettings {
  readonly directory: string;
  readonly pool: string;
  readonly listen: Listen;
  readonly advertise: { readonly host: string; readonly port: number } | null;
  readonly tlsDirectory: string | null;
  readonly program: string;
  readonly flatten: boolean;
  readonly mostLayers: number;
}

const address = /^(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})$/;

/** The settings with their defaults filled in; throws `fatal`, naming the option, when one cannot be used. */
export function settingsOf(given: Readonly<Record<string, string>>): QsdSettings {
  const read = new Options('qsd', options, given);
  const directory = read.text('directory');
  if (!isAbsolute(directory)) throw read.refused('directory', 'must be an absolute path');
  const tlsDirectory = read.textOrNull('tls_directory', /^\//, 'must be an absolute path');
  const listen = read.text('listen');
  const advertise = read.textOrNull('advertise', address, 'must be host:port');
  if (listen !== '' && !isAbsolute(listen) && !address.test(listen)) {
    throw read.refused('listen', 'must be host:port or an absolute path');
  }
  return {
    directory,
    pool: read.text('pool', /^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, "_", "." or "-"'),
    listen: address.test(listen) ? { kind: 'tcp', ...parted(listen) } : { kind: 'unix', path: listen || null },
    advertise: advertise === null ? null : parted(advertise),
    tlsDirectory,
    program: read.text('program', /./, 'must be the name of a program'),
    flatten: read.flag('flatten'),
    mostLayers: Math.floor(read.number('most_layers', 2, 100)),
  };
}

function parted(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = address.exec(text) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
