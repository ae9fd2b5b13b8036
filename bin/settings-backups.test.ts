import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsError } from '../infra/settings/environment.ts';
import { readBackupStore } from './settings-backups.ts';

const s3 = { SCORIA_BACKUP_STORE: 's3', SCORIA_BACKUP_BUCKET: 'our-backups' };

test('backups are in a directory unless said, and a bucket of AWS needs its name only', () => {
  assert.deepEqual(readBackupStore({}), { kind: 'directory' });
  assert.deepEqual(readBackupStore(s3), {
    kind: 's3',
    bucket: 'our-backups',
    prefix: '',
    region: null,
    endpoint: null,
    isPathStyle: false,
    encryption: null,
    kmsKey: null,
  });
});

test('another server has its bucket in the path, and plain http only on this machine or where it is allowed', () => {
  for (const endpoint of ['http://127.0.0.1:9000', 'http://localhost:1', 'http://[::1]:1', 'https://s3.example']) {
    const store = readBackupStore({ ...s3, SCORIA_BACKUP_ENDPOINT: endpoint, SCORIA_BACKUP_PREFIX: 'a/b/' });
    assert.ok(store.kind === 's3' && store.isPathStyle && store.endpoint === endpoint && store.prefix === 'a/b');
  }
  for (const endpoint of [
    'http://10.0.0.1',
    'http://s3.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
  ]) {
    const env = { ...s3, SCORIA_BACKUP_ENDPOINT: endpoint };
    assert.throws(() => readBackupStore(env), /SCORIA_BACKUP_ENDPOINT must begin with https/);
    assert.equal(readBackupStore({ ...env, SCORIA_BACKUP_HTTP: 'yes' }).kind, 's3');
  }
});

test('what is wrong is refused with the name of the variable', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['SCORIA_BACKUP_STORE', 'swift'],
    ['SCORIA_BACKUP_BUCKET', ''],
    ['SCORIA_BACKUP_BUCKET', 'No_Bucket'],
    ['SCORIA_BACKUP_PREFIX', '../up'],
    ['SCORIA_BACKUP_PREFIX', 'x'.repeat(201)],
    ['SCORIA_BACKUP_ENDPOINT', 's3.example'],
    ['SCORIA_BACKUP_ENDPOINT', 'https://me:word@s3.example'],
    ['SCORIA_BACKUP_PATH_STYLE', 'perhaps'],
    ['SCORIA_BACKUP_ENCRYPTION', 'rot13'],
    ['SCORIA_BACKUP_KMS_KEY', 'key'],
  ];
  for (const [name, value] of wrong) {
    assert.throws(
      () => readBackupStore({ ...s3, [name]: value }),
      (error) => error instanceof SettingsError && error.message.startsWith(`${name} `),
      `${name}=${value}`,
    );
  }
});
