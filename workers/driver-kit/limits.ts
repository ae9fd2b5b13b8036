// QoS specs as limits of one volume: as numbers for the back end, as specs for the hypervisor.

export const measures = [
  ...(['total_iops_sec', 'read_iops_sec', 'write_iops_sec'] as const),
  ...(['total_bytes_sec', 'read_bytes_sec', 'write_bytes_sec'] as const),
];
export type Measure = (typeof measures)[number];
export type Specs = Readonly<Record<string, string>>;

/** No limit is larger: nobody asks for more, and qemu takes no more. */
export const mostPerSecond = 10 ** 15;

/** All are whole numbers of at least 1, because to many back ends 0 means no limit, and at most `mostPerSecond`. */
export interface Limit {
  /** How many per second in the long run. */
  readonly rate: number;
  /** How many per second for up to `burstSeconds`; more than `rate`. Null: no burst. */
  readonly burst: number | null;
  readonly burstSeconds: number;
}

export interface Limits {
  readonly by: Readonly<Partial<Record<Measure, Limit>>>;
  /** Operations larger than this count several times, once per this many bytes; null: always once. */
  readonly operationBytes: number | null;
}

/**
 * The specs for a volume of that many GiB, with those per GiB worked out: `<m>_per_gb` becomes the whole number
 * `<m>`, at least `<m>_per_gb_min` and at most `<m>_max`, which then is not a burst. One that comes to 0, or is not a
 * number, leaves `<m>` unchanged.
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
 * The limits that the specs set for a volume of that many GiB. `<m>_max` is a burst when it is more than `<m>`, for
 * `<m>_max_length` seconds (1). Limits per GiB: see specsForSize().
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

/** A limit that rounds to 0 is still a limit. */
const whole = (value: number) => Math.min(mostPerSecond, Math.max(1, Math.round(value)));

function positiveIn(specs: Specs, key: string): number | null {
  const value = numberIn(specs, key);
  return value === 0 ? null : value;
}

/** A number of zero or more; null when there is none. */
function numberIn(specs: Specs, key: string): number | null {
  const text = specs[key] ?? '';
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null;
}
