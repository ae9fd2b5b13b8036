import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileKeyStore } from '../../infra/identity/key-store.ts';
import { nodeSecrets } from '../../infra/secrets/node.ts';
import { exit, type Verb } from '../command.ts';
import { readSettings } from '../settings.ts';

export const secrets: Verb = {
  name: 'secrets',
  summary: 'print the secrets that processes on one database share, made if there are none',
  help: `usage: scoria secrets [--json]

Prints SCORIA_SECRET_KEYS as this process has it: from the environment, or from the data folder, where the keys are made
if there are none. Set it in every process that shares a DATABASE_URL. Whoever has it can read the secrets in the database.`,
  async run(context) {
    const { secretKeys, folder } = readSettings(context);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = fileKeyStore(join(folder, 'secret-keys'));
    // Generated on first use.
    await nodeSecrets(secretKeys, file).seal('', '');
    const keys = (secretKeys ?? (await file.load()) ?? '').trim();
    context.data({ SCORIA_SECRET_KEYS: keys }, `SCORIA_SECRET_KEYS=${keys}\n`);
    return exit.ok;
  },
};
