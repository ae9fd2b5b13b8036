// A service that an app serves: its dialect and its resources. The composition root chooses the services.
import type { Dialect } from './kernel.ts';
import type { Operation, Resource } from './operation.ts';
import type { Rules } from './policy.ts';

export interface Service {
  readonly dialect: Dialect;
  readonly resources: readonly Resource[];
}

export function operationsOf(services: readonly Service[]): readonly Operation[] {
  return services.flatMap((service) => service.resources.flatMap((resource) => resource.operations));
}

/** The rules of all resources, so that one policy file can override those of every service. */
export function rulesOf(services: readonly Service[]): Rules {
  return Object.assign({}, ...services.flatMap((service) => service.resources).map((resource) => resource.rules));
}
