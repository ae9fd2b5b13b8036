// A back end as requests name it: by its host, or by its cluster from the version on that knows clusters.
import { badRequest, notFound } from './faults.ts';

interface Named {
  readonly host?: string | null | undefined;
  readonly cluster?: string | null | undefined;
}

/** The host; throws the 400 of a request that names none, or both, and the 404 of a cluster: there are none. */
export function hostOf({ host, cluster }: Named, knowsClusters: boolean): string {
  const named = knowsClusters ? cluster || null : null;
  if (!host === (named === null)) {
    const why = knowsClusters ? 'One and only one of cluster and host must be set.' : 'Host field is missing.';
    throw badRequest(`Invalid input received: ${why}`);
  }
  if (!host) throw notFound(`Cluster ${named} could not be found.`);
  return host;
}

/** What is known of the service of a back end that is to do something now. */
export interface ServiceFacts {
  readonly is_disabled: boolean;
  readonly is_up: boolean;
}

/** The refusal of a back end whose service is not there, disabled or down; null when it can be asked. */
export function refusalOf(service: ServiceFacts | null, host: string) {
  if (service === null) return badRequest(`Host '${host.slice(0, 255)}' not found`);
  if (service.is_disabled) return badRequest('Service is unavailable at this time: it is disabled.');
  return service.is_up ? null : badRequest('Service is unavailable at this time: it has not been heard of.');
}
