import * as is from '../http/answer-types.ts';
import { newestMinor } from '../http/microversion.ts';

/** When the newest microversion came, as Cinder says it of 3.71. */
const updated = '2023-08-31T00:00:00Z';

const version = is.object({
  id: is.text,
  status: is.text,
  version: is.text,
  min_version: is.text,
  updated: is.text,
  links: is.listOf(is.object({ rel: is.text, type: is.optional(is.text), href: is.url })),
  'media-types': is.listOf(is.object({ base: is.text, type: is.text })),
});
export const discoveryType = is.object({ versions: is.listOf(version) });

/** The discovery document: one version, with the links of the public host. `root` has no slash at its end. */
export function discovery(root: string): object {
  return {
    versions: [
      {
        id: 'v3.0',
        status: 'CURRENT',
        version: `3.${newestMinor}`,
        min_version: '3.0',
        updated,
        links: [
          { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
          { rel: 'self', href: `${root}/v3/` },
        ],
        'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' }],
      },
    ],
  };
}
