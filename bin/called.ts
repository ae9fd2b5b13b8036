// How a person calls us: a clone by npm's scripts, the npm package by npx.

const isPackage = import.meta.url.endsWith('.js');

/** The words that run a verb, to be pasted. */
export function called(verb: 'start' | 'demo'): string {
  if (isPackage) return `npx scoria ${verb}`;
  return verb === 'start' ? 'npm start' : 'npm run demo';
}
