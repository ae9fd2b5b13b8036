// How users call us: through npm's scripts in a clone, through npx with the npm package.

const isPackage = import.meta.url.endsWith('.js');

/** The words that run a verb, ready to paste. */
export function called(verb: 'start' | 'demo'): string {
  if (isPackage) return `npx scoria ${verb}`;
  return verb === 'start' ? 'npm start' : 'npm run demo';
}
