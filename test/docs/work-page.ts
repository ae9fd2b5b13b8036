// docs/work.md: each kind of work, made from its value and from the moves that queue it.
import { messageActions, messageDetails } from '../../schema/codes.ts';
import type { Move } from '../../schema/machine.ts';
import { lanes, machineOf } from '../../schema/operations.ts';
import { works } from '../../workers/work/index.ts';
import type { AnyWork } from '../../workers/work/work.ts';

const each = (values: readonly (string | undefined)[]) =>
  [...new Set(values.filter((one) => one !== undefined && one !== ''))].join(', ');

function movesOf({ kind }: AnyWork): readonly (readonly [string, Move])[] {
  return Object.entries<Move>(machineOf(kind).moves).filter(([, move]) => move.work === kind);
}

function deadlineOf(work: AnyWork): string {
  const seconds = each(movesOf(work).map(([, { within }]) => within?.toString()));
  return seconds === '' ? 'as long as the request waits' : `${seconds} s`;
}

function toldOf({ kind, message }: AnyWork): string {
  if (message.of === 'nobody') return 'whoever waits for the answer';
  const whose = message.of === 'resource' ? 'volume' : (kind.split('.')[0] ?? '').replace('_', ' ');
  return `the ${whose}: ${messageActions[message.action].text}: ${messageDetails[message.detail].text}`;
}

function rowOf(work: AnyWork): string {
  const moves = movesOf(work).map(([, move]) => move);
  const shown = each(moves.flatMap(({ via, shows }) => [via, shows]));
  const ends = each(moves.map(({ ok }) => ok));
  const fails = each(moves.map(({ fail }) => fail));
  const lane = work.kind === 'volume.create' ? 'quick; long from an image or a backup' : lanes[work.kind];
  const cells = [
    `\`${work.kind}\``,
    work.does,
    each(movesOf(work).map(([name]) => name)),
    shown,
    ends,
    fails,
    work.steps.join(', '),
    deadlineOf(work),
    lane,
    (work.uses as readonly string[]).map((one) => `\`${one}\``).join(', '),
    toldOf(work),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function workPage(): string {
  const rows = [...works].sort((a, b) => (a.kind < b.kind ? -1 : 1)).map(rowOf);
  return `
What workers do, one row a kind: \`workers/work/<resource>/<move>.ts\`. The moves that queue it and the states are those of
[states.md](states.md). *previous* is the state that the work began in; *attachments* what the attachments of the volume say.
The deadline is for all steps and tries together; copies get a minute more for each GiB. *Calls* is everything outside the
database that it may call. Whoever is told gets a user message when it fails.

| kind | what it does | moves | shows meanwhile | ends in | fails to | steps | deadline | lane | calls | who is told of a failure |
|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
