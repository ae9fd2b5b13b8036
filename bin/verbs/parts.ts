// The parts of Scoria, each in a process of its own. They meet in a PostgreSQL, and need the same secrets.
import { CommandError, exit, type Verb } from '../command.ts';
import { namesOf, readSharedSettings, runParts } from '../service.ts';

const needs = `Needs DATABASE_URL, and the same SCORIA_SECRET_KEYS in every process that has it: scoria secrets prints them.`;

export const api: Verb = {
  name: 'api',
  summary: 'run the API and the identity alone, on a PostgreSQL',
  help: `usage: scoria api [--json]

Answers requests, and leaves the work to scoria scheduler and scoria worker. As many as you like may run.
${needs}`,
  run: (context) =>
    runParts(context, readSharedSettings(context, 'api'), { api: true, scheduler: false, backends: [] }),
};

export const scheduler: Verb = {
  name: 'scheduler',
  summary: 'run the scheduler and the sweeper alone, on a PostgreSQL',
  help: `usage: scoria scheduler

Places volumes, and takes care of work whose worker has died. One is enough; several share the work.
${needs}`,
  run: (context) =>
    runParts(context, readSharedSettings(context, 'scheduler'), { api: false, scheduler: true, backends: [] }),
};

export const worker: Verb = {
  name: 'worker',
  summary: 'run the workers of back ends alone, on a PostgreSQL',
  help: `usage: scoria worker [--backend NAME]

Does the work of one back end of scoria.yaml (or SCORIA_BACKENDS), or of all of them. Volumes are moved between back ends of one process.
${needs}`,
  takes: { words: 0, options: ['backend'] },
  run(context) {
    const settings = readSharedSettings(context, 'worker');
    const { backend = null } = context.options;
    const names = namesOf(settings);
    if (backend !== null && !names.includes(backend)) {
      throw new CommandError(`there is no back end ${backend}; there are: ${names.join(', ')}`, exit.usage);
    }
    const backends = backend === null ? names : [backend];
    return runParts(context, settings, { api: false, scheduler: false, backends });
  },
};
