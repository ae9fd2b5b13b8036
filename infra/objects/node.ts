// Chooses where backups are kept on Node: a folder beside the rest of the data, or a bucket of S3.
import { join } from 'node:path';
import { directoryObjects } from './directory.ts';
import type { Objects } from './port.ts';
import { type S3Options, s3Objects } from './s3.ts';

export type BackupStore = { readonly kind: 'directory' } | ({ readonly kind: 's3' } & S3Options);

export interface NodeObjectsOptions {
  /** The data folder: where the directory is. */
  readonly folder: string;
  readonly backupStore: BackupStore;
}

export function nodeObjects({ folder, backupStore }: NodeObjectsOptions, agent: string): Objects {
  return backupStore.kind === 's3' ? s3Objects(backupStore, agent) : directoryObjects(join(folder, 'backups'));
}
