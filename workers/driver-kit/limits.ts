// QoS specs as limits of one volume: for the back end as numbers, for the hypervisor as the specs that it is sent.

export const measures = [
  ...(['total_iops_sec', 'read_iops_sec', 'write_iops_sec'] as const),
  ...(['total_bytes_sec', 'read_bytes_sec', 'write_bytes_sec'] as const),
];
export type Measure = (typeof measures)[number];
export type Specs = Readonly<Record<string, string>>;

/** All are whole numbers of at least 1: to many back ends 0 is no limit. */
export interface Limit {
  /** So many in a second, in the long run. */
  readonly rate: number;
  /** So many in a second for `burstSeconds`, more than `rate`; null: no burst. */
  readonly burst: number | null;
  readonly burstSeconds: number;
}

export interface Limits {
  readonly by: Readonly<Partial<Record<Measure, Limit>>>;
  /** An operation counts once for each of that many bytes; null: once. */
  readonly operationBytes: number | null;
}

/**
 * The specs for a volume of that many GiB, without any that are for each GiB: `<m>_per_gb` becomes the whole number
 * `<m>`, at least `<m>_per_gb_min` and at most `<m>_max`, which then is no burst. One that comes to 0, or is no number,
 * leaves `<m>` as it is.
 */
export function specsForSize(specs: Specs, sizeGiB: number): Record<string, string> {
  const sent: Record<string, string> = { ...specs };
  for (const measure of measures) {
    delete sent[`${measure}_per_gb`];
    delete sent[`${measure}_per_gb_min`];
    const perGb = numberIn(specs, `${measure}_per_gb`);
    if (perGb === null) continue;
    const least = Math.max(numberIn(specs, `${measure}_per_gb_min`) ?? 0, perGb * sizeGiB);
    if (least === 0) continue;
    sent[measure] = String(whole(Math.min(least, positiveIn(specs, `${measure}_max`) ?? least)));
    delete sent[`${measure}_max`];
    delete sent[`${measure}_max_length`];
  }
  return sent;
}

/**
 * What the specs ask for a volume of that many GiB. `<m>_max` is a burst where it is more than `<m>`, for
 * `<m>_max_length` seconds (1). Limits for each GiB: as in specsForSize().
 */
export function limitsOf(specs: Specs, sizeGiB: number): Limits {
  const sized = specsForSize(specs, sizeGiB);
  const number = (key: string) => {
    const value = positiveIn(sized, key);
    return value === null ? null : whole(value);
  };
  const by: Partial<Record<Measure, Limit>> = {};
  for (const measure of measures) {
    const rate = number(measure);
    if (rate === null) continue;
    const most = number(`${measure}_max`);
    const burst = most !== null && most > rate ? most : null;
    by[measure] = { rate, burst, burstSeconds: number(`${measure}_max_length`) ?? 1 };
  }
  return { by, operationBytes: number('size_iops_sec') };
}

/** What comes near to nothing is a limit too. */
const whole = (value: number) => Math.max(1, Math.round(value));

function positiveIn(specs: Specs, key: string): number | null {
  const value = numberIn(specs, key);
  return value === 0 ? null : value;
}

/** Zero or more; null where there is no such number. */
function numberIn(specs: Specs, key: string): number | null {
  const text = specs[key] ?? '';
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null;
}
