// A driver to copy: the six methods that every driver has, each with what it must guarantee. See README.md.

import { type Backend, DriverError, driver } from '../../driver.ts';

export const templateDriver = driver({
  name: 'template',
  describes: 'A driver to copy.',
  offers: [],
  // Cinder's canonical name of the protocol that hosts speak: iSCSI, NVMe-TCP, ceph, NFS, file …
  protocol: 'file',
  options: {
    address: { describes: 'Where the management API of the back end is.', default: null },
  },
  async open(given) {
    const address = given.address ?? '';
    if (address === '') {
      throw new DriverError(
        'fatal',
        "The template driver's option address is missing. Give the address of the back end.",
      );
    }
    // Log in here, and look whether the pools are there: what fails now is seen before the first volume is asked for.
    return templateBackend(address);
  },
});

function templateBackend(_address: string): Backend {
  return {
    // Name the object by the id (`volume-<id>`), look before making it, compare size and source: `conflict` when they
    // differ. Make it under another name and rename it, when the back end has no all-or-nothing way.
    create: async (_volume, _source, _call) => todo('create'),
    // Absent is success. `busy` only when something on the back end really depends on it.
    remove: async (_volume, _call) => todo('remove'),
    // The same answer for the same volume and host. `gone` when there is no such volume.
    connect: async (_volume, _connector, _options, _call) => todo('connect'),
    // Closed already is success; so is a volume that is gone. A connector of null means all hosts.
    disconnect: async (_volume, _connector, _call) => todo('disconnect'),
    // Asked every few seconds: one request, not one for each volume.
    stats: async (_call) => todo('stats'),
    // In the order of a key that does not change, at most 1,000 a page, and only what bears our prefix.
    listOwned: async (_after, _call) => todo('listOwned'),
    // Further methods (extend, snapshot, clone, revert, manage, replication, qos) declare an ability by being here: leave out what the
    // back end cannot do.
    close: async () => {},
  };
}

function todo(method: string): never {
  throw new DriverError('not-supported', `The template driver has no ${method} yet. Write it in index.ts.`);
}
