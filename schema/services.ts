// When a service may get work, as SQL over the alias of its row: the one place that defines it.

/** A service that has not reported for this long is down. */
export const silenceSeconds = 60;

/** It has reported recently. Parameter: `:now`. */
export const isUp = (service: string) =>
  `${service}.updated_at >= :now::timestamptz - make_interval(secs => ${silenceSeconds})` as const;

/** An administrator has disabled it, or its cluster. */
export const isDisabled = (service: string) =>
  `(${service}.disabled OR EXISTS (SELECT 1 FROM clusters u WHERE u.name = ${service}.cluster_name
    AND u."binary" = ${service}."binary" AND u.disabled))`;

/** It may get new work. */
export const takesWork = (service: string) => `${isUp(service)} AND NOT ${isDisabled(service)}` as const;

/**
 * It belongs to the back end that a request names: by `:host` (host@backend) or by `:cluster` (cluster@backend), both
 * with or without #pool. The other one is null.
 */
export const isNamed = (service: string) =>
  `${service}."binary" = 'cinder-volume' AND (${service}.host = split_part(:host::text, '#', 1)
    OR ${service}.cluster_name = split_part(:cluster::text, '#', 1))` as const;

/**
 * `:host` may mean it: host@backend, or a host alone, which stands for its first back end (firstMeant). A pool is not
 * a service.
 */
export const isMeant = (service: string) =>
  `(${service}.host = :host::text OR starts_with(${service}.host, :host::text || '@'))` as const;

/** The same for a cluster. */
export const isMeantByCluster = (cluster: string) =>
  `(${cluster} = :host::text OR starts_with(${cluster}, :host::text || '@'))` as const;

/** The order that decides which one is meant: the host with exactly this name, then its back ends by name. */
export const firstMeant = (service: string) => `(${service}.host = :host::text) DESC, ${service}.host` as const;

/** The pool is one of the `:cluster` that a request names; the service is that of its back end. */
export const isOfCluster = (service: string, pool: string) =>
  `(${service}.cluster_name = split_part(:cluster::text, '#', 1)
    AND split_part(:cluster::text, '#', 2) IN ('', split_part(${pool}.name, '#', 2)))` as const;

/**
 * The cluster of a volume on `host` (an SQL expression of host@backend#pool), with the pool, as volumes show it; null
 * when its service is in no cluster.
 */
export const clusterOf = (host: string) =>
  `(SELECT u.cluster_name || '#' || split_part(${host}, '#', 2) FROM services u
    WHERE u.host = split_part(${host}, '#', 1) AND u."binary" = 'cinder-volume')`;

/** The id of the service of a back end; `host` is an SQL expression of host@backend, with or without #pool. */
export const serviceOf = (host: string) =>
  `(SELECT s.id FROM services s WHERE s.host = split_part(${host}, '#', 1) AND s."binary" = 'cinder-volume')`;
