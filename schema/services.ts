// What a service must be to be given work, as SQL over the alias of its row: said here once for everything that asks.

/** A service that has not reported for this long is down. */
export const silenceSeconds = 60;

/** It has been heard of lately. Parameter: `:now`. */
export const isUp = (service: string) =>
  `${service}.updated_at >= :now::timestamptz - make_interval(secs => ${silenceSeconds})` as const;

/** An administrator has disabled it, or the cluster that it belongs to. */
export const isDisabled = (service: string) =>
  `(${service}.disabled OR EXISTS (SELECT 1 FROM clusters u WHERE u.name = ${service}.cluster_name
    AND u."binary" = ${service}."binary" AND u.disabled))`;

/** New work may be given to it. */
export const takesWork = (service: string) => `${isUp(service)} AND NOT ${isDisabled(service)}` as const;

/**
 * It is of the back end that a request names: by `:host`, as host@backend with or without #pool, or by `:cluster`, as
 * cluster@backend with or without #pool. The other one is null.
 */
export const isNamed = (service: string) =>
  `${service}."binary" = 'cinder-volume' AND (${service}.host = split_part(:host::text, '#', 1)
    OR ${service}.cluster_name = split_part(:cluster::text, '#', 1))` as const;

/**
 * It may be meant by `:host`: host@backend, or a host alone, which stands for its first back end (firstMeant). A pool
 * is no service.
 */
export const isMeant = (service: string) =>
  `(${service}.host = :host::text OR starts_with(${service}.host, :host::text || '@'))` as const;

/** The same of a cluster. */
export const isMeantByCluster = (cluster: string) =>
  `(${cluster} = :host::text OR starts_with(${cluster}, :host::text || '@'))` as const;

/** The order in which the first is meant: a host by its whole name, then its back ends by theirs. */
export const firstMeant = (service: string) => `(${service}.host = :host::text) DESC, ${service}.host` as const;

/** The pool is one of the `:cluster`, as a request names it; the service is the one of its back end. */
export const isOfCluster = (service: string, pool: string) =>
  `(${service}.cluster_name = split_part(:cluster::text, '#', 1)
    AND split_part(:cluster::text, '#', 2) IN ('', split_part(${pool}.name, '#', 2)))` as const;

/**
 * The cluster of what lives on `host` (an SQL expression of host@backend#pool), with the pool, as a volume bears it;
 * null when its service is in no cluster.
 */
export const clusterOf = (host: string) =>
  `(SELECT u.cluster_name || '#' || split_part(${host}, '#', 2) FROM services u
    WHERE u.host = split_part(${host}, '#', 1) AND u."binary" = 'cinder-volume')`;

/** The id of the service of the back end of `host` (an SQL expression of host@backend, with or without #pool). */
export const serviceOf = (host: string) =>
  `(SELECT s.id FROM services s WHERE s.host = split_part(${host}, '#', 1) AND s."binary" = 'cinder-volume')`;
