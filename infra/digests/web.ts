import type { Digests } from './port.ts';

/** Digests by Web Crypto, which Node, Lambda and Workers have. */
export function webDigests(): Digests {
  const encoder = new TextEncoder();
  return {
    // The copy (0.4 ms for 4 MiB) is what has a buffer of its own, as the type of subtle wants it.
    sha256: async (bytes) => hex(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))),
    async hmacSha256(key, text) {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      const imported = await crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['sign']);
      return hex(await crypto.subtle.sign('HMAC', imported, encoder.encode(text)));
    },
  };
}

const hex = (digest: ArrayBuffer) =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
