// A back end as requests name it: by its host, or by its cluster from the version on that knows clusters.
import { badRequest, notFound } from '../http/faults.ts';

interface Named {
  readonly host?: string | null | undefined;
  readonly cluster?: string | null | undefined;
}

/** One of the two: host@backend, or cluster@backend; with or without #pool. */
export type NamedBackend =
  | { readonly host: string; readonly cluster: null }
  | { readonly host: null; readonly cluster: string };

/** Which it is; throws the 400 of a request that names none, or both. */
export function backendOf({ host, cluster }: Named, knowsClusters: boolean): NamedBackend {
  const named = knowsClusters ? cluster || null : null;
  if (host && named === null) return { host, cluster: null };
  if (!host && named !== null) return { host: null, cluster: named };
  const why = knowsClusters ? 'One and only one of cluster and host must be set.' : 'Host field is missing.';
  throw badRequest(`Invalid input received: ${why}`);
}

/** How it is called in what is told of it. */
export const nameOf = ({ host, cluster }: NamedBackend) => (host ?? cluster).slice(0, 255);

export const clusterNotFound = (name: string) => `Cluster ${name.slice(0, 255)} could not be found.`;

/** What is known of the service of a back end that is to do something now. */
export interface ServiceFacts {
  readonly is_disabled: boolean;
  readonly is_up: boolean;
}

/** The refusal of a back end whose service is not there, disabled or down; null when it can be asked. */
export function refusalOf(service: ServiceFacts | null, named: NamedBackend) {
  if (service === null) {
    return named.host === null
      ? notFound(clusterNotFound(named.cluster))
      : badRequest(`Host '${nameOf(named)}' not found`);
  }
  if (service.is_disabled) return badRequest('Service is unavailable at this time: it is disabled.');
  return service.is_up ? null : badRequest('Service is unavailable at this time: it has not reported.');
}
