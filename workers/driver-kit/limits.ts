// QoS specs whose consumer is the back end, as limits of one volume.

export const measures = [
  ...(['total_iops_sec', 'read_iops_sec', 'write_iops_sec'] as const),
  ...(['total_bytes_sec', 'read_bytes_sec', 'write_bytes_sec'] as const),
];
export type Measure = (typeof measures)[number];

export interface Limit {
  /** So many in a second, in the long run. */
  readonly rate: number;
  /** So many in a second for `burstSeconds`; null: no burst. */
  readonly burst: number | null;
  readonly burstSeconds: number;
}

export interface Limits {
  readonly by: Readonly<Partial<Record<Measure, Limit>>>;
  /** An operation counts once for each of that many bytes; null: once. */
  readonly operationBytes: number | null;
}

/**
 * What the specs ask for a volume of that many GiB. A limit for each GiB (`<m>_per_gb`) becomes one of the volume, at
 * least `<m>_per_gb_min` and at most `<m>_max`; without it `<m>_max` is a burst, for `<m>_max_length` seconds (1).
 */
export function limitsOf(specs: Readonly<Record<string, string>>, sizeGiB: number): Limits {
  const number = (key: string) => {
    const value = Number(specs[key] ?? '');
    return Number.isFinite(value) && value > 0 ? value : null;
  };
  const by: Partial<Record<Measure, Limit>> = {};
  for (const measure of measures) {
    const perGb = number(`${measure}_per_gb`);
    const most = number(`${measure}_max`);
    if (perGb !== null) {
      const least = Math.max(number(`${measure}_per_gb_min`) ?? 0, perGb * sizeGiB);
      by[measure] = { rate: Math.min(least, most ?? Number.POSITIVE_INFINITY), burst: null, burstSeconds: 1 };
      continue;
    }
    const rate = number(measure);
    if (rate === null) continue;
    const burst = most !== null && most > rate ? most : null;
    by[measure] = { rate, burst, burstSeconds: number(`${measure}_max_length`) ?? 1 };
  }
  return { by, operationBytes: number('size_iops_sec') };
}
