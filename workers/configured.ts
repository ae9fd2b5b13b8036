// What an operator configured about a back end and its pools, which takes precedence over what the driver reports.
import type { Backend, BackendStats, PoolStats, Volume } from './driver.ts';

type Words = Readonly<Record<string, string>>;

/** What can be set for a pool, or for all pools of a back end. Absent: what the driver reports. */
export interface PoolSettings {
  readonly maxOverSubscriptionRatio?: number;
  readonly reservedPercentage?: number;
  /** More capabilities that extra specs can ask for. */
  readonly capabilities?: Readonly<Record<string, string | number | boolean>>;
}

export interface Configured extends PoolSettings {
  readonly name: string;
  readonly zone: string | null;
  readonly cluster: string | null;
  /** The options of its driver. */
  readonly options: Words;
  /** Settings of single pools, by their names. */
  readonly pools: Readonly<Record<string, PoolSettings>>;
  /** The limits of volumes whose type has no QoS specs for the back end. */
  readonly qos: Words;
}

/** The back end as configured: its pools report what the operator set, and its volumes get its limits. */
export function configured(backend: Backend, settings: Configured): Backend {
  const limited = (volume: Volume): Volume =>
    Object.keys(volume.qos).length > 0 ? volume : { ...volume, qos: settings.qos };
  const own: Partial<Backend> = {
    stats: async (call) => overlaid(await backend.stats(call), settings),
    ...(Object.keys(settings.qos).length === 0
      ? {}
      : {
          create: (volume, source, call) => backend.create(limited(volume), source, call),
          connect: (volume, ...rest) => backend.connect(limited(volume), ...rest),
          ...(backend.qos && { qos: (volume, call) => backend.qos?.(limited(volume), call) ?? Promise.resolve() }),
        }),
  };
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Object.hasOwn(own, key) ? Reflect.get(own, key) : Reflect.get(target, key);
      // A driver may be a class: its methods keep their `this`.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function overlaid(stats: BackendStats, settings: Configured): BackendStats {
  return { ...stats, pools: stats.pools.map((pool) => poolAs(pool, settings, settings.pools[pool.name] ?? {})) };
}

function poolAs(pool: PoolStats, all: PoolSettings, one: PoolSettings): PoolStats {
  const ratio = one.maxOverSubscriptionRatio ?? all.maxOverSubscriptionRatio;
  const reserved = one.reservedPercentage ?? all.reservedPercentage;
  return {
    ...pool,
    ...(ratio === undefined ? {} : { maxOverSubscriptionRatio: ratio }),
    ...(reserved === undefined ? {} : { reservedPercentage: reserved }),
    capabilities: { ...pool.capabilities, ...all.capabilities, ...one.capabilities },
  };
}
