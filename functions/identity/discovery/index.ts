// Discovery: which versions of the identity API there are. Needs no token.
import { type Call, type Operation, operation, type Resource } from '../../http/operation.ts';
import { keystoneOf } from '../keystone.ts';
import { versionOf } from './view.ts';

async function versions(call: Call) {
  keystoneOf(call);
  return { versions: { values: [versionOf(call.links.root)] } };
}

async function version(call: Call) {
  keystoneOf(call);
  return { version: versionOf(call.links.root) };
}

const described = { method: 'GET', policy: [], open: true } as const;

// Clients ask with and without the slash at the end. 300 carries no Location, so that nobody follows it.
const operations: readonly Operation[] = [
  ...(['/identity', '/identity/'] as const).map((path, index) =>
    operation({
      ...described,
      name: index === 0 ? 'identity-version-list' : 'identity-version-list-slash',
      summary: 'List the versions of the identity API',
      path,
      at: 'root',
      success: 300,
      handler: versions,
    }),
  ),
  ...(['', '/'] as const).map((path, index) =>
    operation({
      ...described,
      name: index === 0 ? 'identity-version-show' : 'identity-version-show-slash',
      summary: 'Show version 3 of the identity API',
      path,
      success: 200,
      handler: version,
    }),
  ),
];

export const discovery: Resource = { name: 'discovery', operations, rules: {} };
