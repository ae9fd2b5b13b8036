/** The share of the time that what it asks of the database may take: requests have the rest. */
const times = 10;
const leastMilliseconds = 50;
const mostMilliseconds = 2_000;

/** How long to let others go first after so many milliseconds at the database. */
export const restAfter = (milliseconds: number) =>
  Math.min(mostMilliseconds, Math.max(leastMilliseconds, times * milliseconds));
