// Backups in a directory, while the service is killed.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { assertBackupsSurviveKills } from '../kill-backups.ts';

/**
 * The objects of the directory. Not through the adapter: that one tidies up behind processes that it takes for dead.
 */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(folder, join(one.parentPath, one.name)));
}

test('kill -9 in the middle of backups, incremental ones, restores and deletions: all end well, bytes are equal, no chunk is left', async (t) => {
  const store = { folder: '' };
  const kills = await assertBackupsSurviveKills(
    {},
    ({ data }) => {
      store.folder = join(data, 'backups');
      return { keys: async () => filesOf(store.folder) };
    },
    1,
  );
  t.diagnostic(`killed under way: ${JSON.stringify(kills)}`);
  for (const kind of ['full', 'incremental', 'restore'] as const)
    assert.ok(kills[kind] > 0, `no ${kind} was under way`);
});
