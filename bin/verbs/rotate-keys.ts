import { nodePorts } from '../../functions/main.node.ts';
import { exit, type Verb } from '../command.ts';
import { openFolder } from '../open.ts';
import { readSettings } from '../settings.ts';

export const rotateKeys: Verb = {
  name: 'rotate-keys',
  summary: 'sign tokens with a new key from now on',
  help: `usage: scoria rotate-keys [--json]

Makes a new signing key, in the data folder or, with DATABASE_URL, in the database. Tokens that were signed with older
keys stay valid until they end. Stop the service first where it holds the data folder.`,
  async run(context) {
    const settings = readSettings(context);
    const opened = await openFolder(settings, context);
    try {
      const { keys, close } = nodePorts({ ...settings, external: null, compute: null }, opened.database);
      await keys?.rotate();
      await close();
    } finally {
      await opened.close();
    }
    context.data({ rotated: true }, 'A new key signs from now on.\n');
    return exit.ok;
  },
};
