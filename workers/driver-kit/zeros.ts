// Zeros, which sparse copies skip.

/** Whether all bytes are zero. 4 MiB take about 1 ms. */
export function isZeros(bytes: Uint8Array): boolean {
  const isAligned = bytes.byteOffset % 4 === 0;
  const words = isAligned ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : new Uint32Array();
  for (let at = 0; at < words.length; at += 1) if (words[at] !== 0) return false;
  for (let at = words.length * 4; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
