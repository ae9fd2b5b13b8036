/**
 * Digests of bytes, in hexadecimal. A port, because the platform computes them on threads of its own, while a
 * simulation needs them at once and in a fixed order.
 */
export interface Digests {
  sha256(bytes: Uint8Array): Promise<string>;
  /** HMAC-SHA-256 of a text under a key. */
  hmacSha256(key: string, text: string): Promise<string>;
}
