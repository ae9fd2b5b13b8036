// A bare server beside the service, with the answers that the service gives.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once, requestBytes } from './client.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Running, startScript } from './service.ts';
import type { Target } from './writes.ts';

export interface Bare {
  /** The request that gets the answer of a scenario. */
  request(scenario: Scenario): Buffer;
  readonly server: Running;
}

export async function startBare(folder: string, target: Target, volumes: number): Promise<Bare> {
  const answers: Record<string, string> = {};
  for (const scenario of scenarios.filter((one) => one.hasFloor)) {
    const path = `${target.base}${scenario.path(volumes, () => 0)}`;
    answers[nameOf(scenario)] = (await once(target.port, { path, token: target.token })).body;
  }
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  const server = await startScript('test/bench/bare-server.ts', [], { BENCH_ANSWERS: file }, folder);
  // With the headers that the service is sent: reading them is part of the floor.
  const request = (scenario: Scenario) => requestBytes({ path: `/answer/${nameOf(scenario)}`, token: target.token });
  return { request, server };
}

const nameOf = (scenario: Scenario) => scenario.name.replaceAll(' ', '-');
