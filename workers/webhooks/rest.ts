/** A rest is so many times as long as the statements before it: the database is for requests first. */
const times = 10;
const leastMilliseconds = 50;
const mostMilliseconds = 2_000;

/** How long to leave the database to others after using it for so many milliseconds. */
export const restAfter = (milliseconds: number) =>
  Math.min(mostMilliseconds, Math.max(leastMilliseconds, times * milliseconds));
