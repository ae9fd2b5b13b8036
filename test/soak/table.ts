// What the soak has found, beside its bars.
import type { Running } from '../bench/service.ts';
import type { Churned } from './churn.ts';
import type { Sizes } from './sizes.ts';

export interface Measured extends Sizes {
  readonly memoryMiB: number;
  readonly listMilliseconds: number;
}

type Start = Pick<Running, 'startMilliseconds' | 'startProcessorMilliseconds'>;

export interface Found {
  readonly before: Measured;
  readonly loaded: Measured;
  /** After a start, and a minute in which nobody asked. */
  readonly rested: Measured;
  readonly figures: Churned;
  /** On a new folder, and after `kill -9`. */
  readonly starts: readonly [Start, Start];
}

const bars = { folderMiB: 150, restartMilliseconds: 2000, listTimes: 1.25 };

export function tableOf(found: Found): { text: string; isGood: boolean } {
  const { before, loaded, rested, figures } = found;
  const [first, again] = found.starts;
  const told = (one: Start) =>
    `${one.startMilliseconds.toFixed(0)} ms (${one.startProcessorMilliseconds.toFixed(0)} of the processors)`;
  const [median, high, slowest] = figures.lookMilliseconds;
  const row = (name: string, read: (one: Measured) => number, digits = 0) =>
    `| ${name} | ${[before, loaded, rested].map((one) => read(one).toFixed(digits)).join(' | ')} |`;
  const listTimes = Math.min(loaded.listMilliseconds, rested.listMilliseconds) / before.listMilliseconds;
  const wrong = [
    [loaded.folderMiB < bars.folderMiB, `the data folder is over ${bars.folderMiB} MiB`],
    [again.startMilliseconds < bars.restartMilliseconds, `the restart took over ${bars.restartMilliseconds} ms`],
    [listTimes < bars.listTimes, `a list takes ${listTimes.toFixed(2)} times what it took`],
    [figures.errors === 0, `${figures.errors} volumes did not come or go`],
  ].flatMap(([isFine, says]) => (isFine ? [] : [says]));
  const lines = [
    `${figures.volumes} volumes created and deleted, ${figures.perSecond.toFixed(0)} a second, ${figures.errors} errors`,
    `another client's list of one meanwhile: median ${median.toFixed(1)} ms, 99 % ${high.toFixed(1)}, slowest ${slowest.toFixed(1)}`,
    `start after kill -9: ${told(again)}; the first one: ${told(first)}`,
    '',
    '| | before | after | restarted, a minute later |',
    '|---|---|---|---|',
    row('memory (MiB)', (one) => one.memoryMiB),
    row('data folder (MiB)', (one) => one.folderMiB),
    row('of it the log (MiB)', (one) => one.logMiB),
    row('list of 100 with details (ms)', (one) => one.listMilliseconds, 2),
    '',
    ...wrong.map((one) => `OVER THE BAR: ${one}`),
    wrong.length === 0 ? '4 passed, 0 failed' : `${4 - wrong.length} passed, ${wrong.length} failed`,
  ];
  return { text: `${lines.join('\n')}\n`, isGood: wrong.length === 0 };
}
