// `scoria start` whose drivers write down how long each create took them: BENCH_TIMES names the file, a line each.
import { appendFileSync } from 'node:fs';
import type { Backend, Driver } from '../../workers/driver.ts';
import { driverNames, driverOf } from '../../workers/main.node.ts';

const file = process.env.BENCH_TIMES ?? '/dev/null';

function timed(backend: Backend): Backend {
  const create: Backend['create'] = async (...args) => {
    const began = performance.now();
    const made = await backend.create(...args);
    appendFileSync(file, `${args[0].id} ${performance.now() - began}\n`);
    return made;
  };
  return new Proxy(backend, { get: (target, key) => (key === 'create' ? create : Reflect.get(target, key, target)) });
}

for (const name of driverNames) {
  const driver = await driverOf(name);
  const open: Driver['open'] = driver.open.bind(driver);
  Object.assign(driver, { open: async (...args: Parameters<Driver['open']>) => timed(await open(...args)) });
}
await import('../../bin/scoria.ts');
