// Extensions: a fixed list, kept because clients look into it.

import * as is from '../http/answer-types.ts';
import { noSuchRoute } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';

/** Read when somebody asks: few do, and a function that starts does not wait for it. */
async function listAll() {
  const { extensionTable } = await import('./aliases.ts');
  return extensionTable.map(([alias, name, updated, description]) => ({
    name,
    alias,
    description,
    updated,
    links: [],
  }));
}

async function show(call: Call<unknown, 'alias'>) {
  const found = (await listAll()).find((one) => one.alias === call.params.alias);
  if (found === undefined) throw noSuchRoute();
  return { extension: found };
}

const extension = is.object({
  name: is.text,
  alias: is.text,
  description: is.text,
  updated: is.text,
  links: is.listOf(is.record),
});

export const extensions: Resource = {
  name: 'extensions',
  rules: {},
  operations: [
    operation({
      name: 'extension-list',
      summary: 'List extensions',
      method: 'GET',
      path: '/extensions',
      policy: [],
      success: 200,
      answers: is.object({ extensions: is.listOf(extension) }),
      handler: async () => ({ extensions: await listAll() }),
    }),
    operation({
      name: 'extension-show',
      summary: 'Show an extension',
      method: 'GET',
      path: '/extensions/{alias}',
      policy: [],
      success: 200,
      answers: is.object({ extension }),
      handler: show,
    }),
  ],
};
