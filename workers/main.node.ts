// Composition root of the workers on Node: the drivers of this build, by name.
import type { Driver } from './driver.ts';
import { fileDriver } from './drivers/file/index.ts';
import { memoryDriver } from './drivers/memory/index.ts';
import type { BackendSettings } from './start.ts';

export const drivers: Readonly<Record<string, Driver>> = { file: fileDriver, memory: memoryDriver };

/** A back end by the name of its driver. Throws, with the names there are, when there is no such driver. */
export function backend(name: string, driver: string, options: Readonly<Record<string, string>>): BackendSettings {
  const found = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  if (found === undefined)
    throw new Error(`There is no driver ${driver}. There are: ${Object.keys(drivers).join(', ')}.`);
  return { name, open: (ports) => found.open(options, ports) };
}
