// What the hypervisor is told of a volume's limits.

const measures = ['read', 'write', 'total'].flatMap((what) => [`${what}_iops_sec`, `${what}_bytes_sec`]);

/**
 * The front-end specs of a volume of that many GiB: limits for each GiB become limits of the volume, at least
 * `…_per_gb_min` and at most `…_max`, and are sent as such. Null without specs.
 */
export function frontEndQos(
  specs: Readonly<Record<string, string>> | null | undefined,
  sizeGiB: number,
): Record<string, string> | null {
  if (specs == null) return null;
  const sent: Record<string, string> = { ...specs };
  for (const measure of measures) {
    const perGb = numberIn(specs, `${measure}_per_gb`);
    delete sent[`${measure}_per_gb`];
    delete sent[`${measure}_per_gb_min`];
    if (perGb === null) continue;
    const least = numberIn(specs, `${measure}_per_gb_min`) ?? 0;
    const most = numberIn(specs, `${measure}_max`) ?? Number.POSITIVE_INFINITY;
    sent[measure] = String(Math.min(Math.max(least, perGb * sizeGiB), most));
  }
  return sent;
}

function numberIn(specs: Readonly<Record<string, string>>, key: string): number | null {
  const text = specs[key];
  const number = Number(text);
  return text === undefined || text.trim() === '' || Number.isNaN(number) ? null : number;
}
