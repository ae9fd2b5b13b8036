/**
 * Digests of bytes, in hexadecimal. Behind a port because the platform computes them on threads of its own: a
 * simulation has them at once, and in a known order.
 */
export interface Digests {
  sha256(bytes: Uint8Array): Promise<string>;
  /** HMAC-SHA-256 of a text under a key. */
  hmacSha256(key: string, text: string): Promise<string>;
}
