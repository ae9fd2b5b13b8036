// The drivers of this build, each by its name. A new driver is its folder and its line here; it is loaded when it is used.
import type { Driver } from '../driver.ts';

export const drivers: Readonly<Record<string, () => Promise<Driver>>> = {
  'ceph-rbd': async () => (await import('./ceph-rbd/index.ts')).cephRbdDriver,
  file: async () => (await import('./file/index.ts')).fileDriver,
  iscsi: async () => (await import('./file/iscsi.ts')).iscsiDriver,
  memory: async () => (await import('./memory/index.ts')).memoryDriver,
  qsd: async () => (await import('./qsd/index.ts')).qsdDriver,
};
