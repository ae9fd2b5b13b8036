// The command line of the bench.
import { concurrency } from './load.ts';

export interface Options {
  readonly quick: boolean;
  readonly json: string | null;
  /** `auto`: a cluster of our own where PostgreSQL is installed; null: PGlite only. */
  readonly postgres: string | null;
  /** Measure PGlite too; without it PostgreSQL alone. */
  readonly pglite: boolean;
  readonly only: string | null;
  readonly sizes: readonly number[];
}

export const help = `usage: npm run bench -- [--quick] [--json FILE] [--postgres URL|auto|none] [--no-pglite]
           [--only NAME] [--sizes 1000,100000]

Starts the real service, on PGlite and on PostgreSQL, and measures it at concurrency ${concurrency} beside its floors.
  --quick     1,000 volumes, short runs (about a minute); without it about ten minutes
  --json      writes every figure, with what the machine is, to FILE
  --postgres  URL of a server on which databases may be made; auto (default) starts a cluster of its own
  --no-pglite PostgreSQL only
  --only      scenarios whose name holds this text
  --sizes     how many volumes there are, smallest first
`;

/** Reads the arguments; a text is what is wrong with them. */
export function readOptions(argv: readonly string[]): Options | string {
  const given = new Map<string, string>();
  const takes = new Set(['--json', '--postgres', '--only', '--sizes']);
  for (let at = 0; at < argv.length; at += 1) {
    const name = argv[at] ?? '';
    if (name === '--quick' || name === '--no-pglite' || name === '--help') given.set(name, '');
    else if (takes.has(name) && argv[at + 1] !== undefined) {
      given.set(name, argv[at + 1] ?? '');
      at += 1;
    } else return `${name} is not known, or lacks its value`;
  }
  if (given.has('--help')) return '';
  const quick = given.has('--quick');
  const sizes = (given.get('--sizes') ?? (quick ? '1000' : '1000,100000')).split(',').map(Number);
  // A page of 100 and its marker in the middle have to fit; 32 bits of ids end the other way.
  if (!sizes.every((size) => Number.isInteger(size) && size >= 200 && size <= 1_000_000))
    return '--sizes takes whole numbers from 200 to 1000000';
  const postgres = given.get('--postgres') ?? 'auto';
  return {
    quick,
    json: given.get('--json') ?? null,
    postgres: postgres === 'none' ? null : postgres,
    pglite: !given.has('--no-pglite'),
    only: given.get('--only') ?? null,
    sizes: sizes.toSorted((a, b) => a - b),
  };
}
