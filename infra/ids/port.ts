/** The source of ids and randomness: seeded in a simulation, the platform's own everywhere else. */
export interface Ids {
  /** A new UUID, lower case and dashed. */
  uuid(): string;
  /** That many unguessable bytes, as base64url without padding. */
  secret(bytes: number): string;
}
