/** Where ids and randomness come from: seeded in a simulation, the platform's own everywhere else. */
export interface Ids {
  /** A new UUID, lower case and dashed. */
  uuid(): string;
  /** So many unguessable bytes, as base64url without padding. */
  secret(bytes: number): string;
}
