// How one pool is chosen from those that fit.

export interface Weighed {
  /** Its name. */
  readonly pool: string;
  readonly weight: number;
  /** What each weigher gave it. */
  readonly values: Readonly<Record<string, number>>;
}

/** The first: they are sorted from the heaviest down. */
export const heaviest = (weighed: readonly Weighed[]): Weighed | undefined => weighed[0];

/** A random one: a pool that weighs twice as much has twice the chance. The lightest of several has none. */
export function lots(weighed: readonly Weighed[], random: () => number): Weighed | undefined {
  const least = Math.min(0, ...weighed.map(({ weight }) => weight));
  const total = weighed.reduce((sum, { weight }) => sum + weight - least, 0);
  if (total === 0) return weighed[Math.min(weighed.length - 1, Math.floor(random() * weighed.length))];
  let left = random() * total;
  return (
    weighed.find(({ weight }) => {
      left -= weight - least;
      return left < 0;
    }) ?? weighed[0]
  );
}
