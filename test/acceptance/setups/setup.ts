// Ways in which the same service stands: ACCEPTANCE_SETUP says which, and startService() starts it.
//
//   one        one process on the embedded database
//   processes  two API and two worker processes and a scheduler on PostgreSQL
//   lambda     the API and the scheduler as functions, from their bundles, on the Data API and SQS; workers beside the storage
//   edge       the API as a Cloudflare Worker in workerd; behind it the same
//
// Where the API is a function, tokens are those of a Keystone: the embedded one, in a process that serves nothing else.

export const setups = ['one', 'processes', 'lambda', 'edge'] as const;
export type Setup = (typeof setups)[number];

const asked = process.env.ACCEPTANCE_SETUP ?? 'one';

/** Throws when there is none of that name. */
export const setup: Setup = (() => {
  const found = setups.find((one) => one === asked);
  if (found === undefined) throw new Error(`ACCEPTANCE_SETUP is one of ${setups.join(', ')}, not ${asked}`);
  return found;
})();
