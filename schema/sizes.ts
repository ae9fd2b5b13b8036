// How large the maps that users write may become. A row is read whole, and with all of its maps it must stay under the
// 64 KB that a row of the RDS Data API has; a list of large rows takes the time of everybody else's.

/** Bytes of each map as PostgreSQL writes it down. */
const mostBytes = {
  'volume metadata': 16_384,
  'volume image metadata': 24_576,
  'snapshot metadata': 16_384,
  'backup metadata': 8_192,
  'extra specs': 32_768,
  'QoS specs': 32_768,
  'group specs': 32_768,
} as const;

export type BoundedMap = keyof typeof mostBytes;

/**
 * An SQL expression that is the jsonb `value`, and refuses the whole statement when it is too large: in the statement
 * that writes, so that many small writes at once cannot become a large one.
 */
export const bounded = <const Value extends string>(map: BoundedMap, value: Value) =>
  `bounded(${value}, '${map as string}', ${mostBytes[map] as number})` as const;

/** What a map that is written as a whole may be at most, for who has to know before any statement. */
export const mostOf = (map: BoundedMap): number => mostBytes[map];

/** The sentence of a refusal by bounded(); null for another reason. */
export function tooLarge(reason: string): string | null {
  const [word, map, bytes, most] = reason.split(':');
  return word === 'too-large' ? tooLargeSentence(map ?? '', Number(bytes), Number(most)) : null;
}

export const tooLargeSentence = (map: string, bytes: number, most: number) =>
  `Invalid input: the ${map} would have ${bytes} bytes, and may have ${most} at most.`;
