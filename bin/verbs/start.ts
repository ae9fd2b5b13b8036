import type { Verb } from '../command.ts';
import { namesOf, runParts } from '../service.ts';
import { readSettings } from '../settings.ts';

export const start: Verb = {
  name: 'start',
  summary: 'run everything in one process: API, identity, scheduler, workers, database',
  help: `usage: scoria start [--json]

Serves Block Storage under /v3 and identity under /identity/v3, writes clouds.yaml where it was started, and runs
until it is interrupted. Data is kept in .scoria (SCORIA_DATA). See scoria --help for the environment.
It is scoria api, scoria scheduler and scoria worker in one; on a PostgreSQL (DATABASE_URL) each can run by itself.`,
  async run(context) {
    const settings = readSettings(context);
    return runParts(context, settings, { api: true, scheduler: true, backends: namesOf(settings) });
  },
};
