// Discovery: what clients ask first, without a token.

import * as is from '../http/answer-types.ts';
import { Answer, type Call, operation, type Resource } from '../http/operation.ts';
import { discovery, discoveryType } from './document.ts';
import { ready } from './ready.ts';

const document = async (call: Call) => discovery(call.links.root);

/** Clients that follow the catalog's URL without its slash are sent on; a 301 would be kept by them for ever. */
const redirect = async (call: Call) => new Answer(302, undefined, { Location: `${call.links.root}/v3/` });

const probe = async () => new Answer(200, 'OK', { 'Content-Type': 'text/plain; charset=utf-8' });

const reach = is.word('ready', 'unavailable', 'refused');
const other = is.optional(reach);
const reachable = is.object({ database: reach, identity: reach, compute: other, images: other, keys: other });

const open = { method: 'GET', at: 'root', open: true, policy: [] } as const;

export const versions: Resource = {
  name: 'versions',
  rules: {},
  operations: [
    operation({
      name: 'version-list',
      summary: 'List versions',
      ...open,
      path: '/',
      success: 300,
      answers: discoveryType,
      handler: document,
    }),
    operation({
      name: 'version-redirect',
      summary: 'Redirect to the details of v3',
      ...open,
      path: '/v3',
      success: 302,
      headers: { Location: is.url },
      handler: redirect,
    }),
    operation({
      name: 'version-show',
      summary: 'Show v3',
      ...open,
      path: '/v3/',
      success: 200,
      answers: discoveryType,
      handler: document,
    }),
    operation({
      name: 'healthcheck',
      summary: 'Whether the API answers',
      ...open,
      isProbe: true,
      path: '/healthcheck',
      success: 200,
      answers: is.plainText,
      handler: probe,
    }),
    operation({
      name: 'readyz',
      summary: 'Whether the API can do its work: database and identity are reachable',
      ...open,
      isProbe: true,
      path: '/readyz',
      success: 200,
      answers: reachable,
      otherwise: { 503: reachable },
      headers: { 'Cache-Control': is.text, 'Retry-After': is.optional(is.text) },
      handler: ready,
    }),
  ],
};
