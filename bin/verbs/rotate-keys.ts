import { nodePorts } from '../../functions/main.node.ts';
import { exit, type Verb } from '../command.ts';
import { openFolder } from '../open.ts';
import { readSettings } from '../settings.ts';

export const rotateKeys: Verb = {
  name: 'rotate-keys',
  summary: 'sign tokens with a new key from now on',
  help: `usage: scoria rotate-keys [--json]

Makes a new signing key in the data folder. Tokens that were signed with older keys stay valid until they end.
Stop the service first: it holds the data folder.`,
  async run(context) {
    const settings = readSettings(context);
    const opened = await openFolder(settings, context);
    try {
      await nodePorts({ ...settings, external: null, compute: null }, opened.database).keys?.rotate();
    } finally {
      await opened.close();
    }
    context.data({ rotated: true }, 'A new key signs from now on.\n');
    return exit.ok;
  },
};
