// Composition root of the workers on Node: back ends by the names of their drivers.
import { agentOf, asAgent } from '../infra/http/agent.ts';
import { version } from '../infra/http/version.ts';
import { nodeProcesses } from '../infra/processes/node.ts';
import { type Configured, configured } from './configured.ts';
import type { Driver, DriverPorts } from './driver.ts';
import { drivers } from './drivers/list.ts';
import type { BackendSettings } from './start.ts';

/** All drivers. */
export const driverNames: readonly string[] = Object.keys(drivers);

/** Loads a driver. Throws, listing the known names, when there is none with this name. */
export async function driverOf(name: string): Promise<Driver> {
  const load = Object.hasOwn(drivers, name) ? drivers[name] : undefined;
  if (load === undefined) throw new Error(`There is no driver ${name}. There are: ${driverNames.join(', ')}.`);
  return load();
}

/** What drivers get on Node, besides what all workers have. */
export const outerPorts = (): Pick<DriverPorts, 'http' | 'processes'> => ({
  http: asAgent(fetch, agentOf(version())),
  processes: nodeProcesses(),
});

/** A back end that is opened when its worker starts. */
export function backend(driver: Driver, settings: Configured): BackendSettings {
  const { name, zone, cluster } = settings;
  const open: BackendSettings['open'] = async (ports) =>
    configured(await driver.open(settings.options, { ...ports, ...outerPorts() }), settings);
  return { name, zone, cluster, open };
}
