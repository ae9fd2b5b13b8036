// MD5 (RFC 1321): what the Etag of volume metadata has always been. Web Crypto does not have it. It protects nothing.

/** How far each of the 64 steps rotates: four amounts a round. */
const rotations = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32));

/** The MD5 of a text in UTF-8, as 32 hexadecimal digits. */
export function md5(text: string): string {
  const words = paddedWords(new TextEncoder().encode(text));
  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < words.length; at += 16) state = digest(state, words.subarray(at, at + 16));
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((word, index) => {
    out.setUint32(index * 4, word, true);
  });
  return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type State = readonly [number, number, number, number];

/** The message as words of 32 bits: a bit 1 after it, zeros, and its length in bits at the end of the last 64 bytes. */
function paddedWords(bytes: Uint8Array): Uint32Array {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const view = new DataView(new ArrayBuffer(blocks * 64));
  new Uint8Array(view.buffer).set(bytes);
  view.setUint8(bytes.length, 0x80);
  view.setUint32(blocks * 64 - 8, (bytes.length * 8) >>> 0, true);
  view.setUint32(blocks * 64 - 4, Math.floor(bytes.length / 2 ** 29), true);
  return Uint32Array.from({ length: blocks * 16 }, (_, index) => view.getUint32(index * 4, true));
}

function digest(before: State, block: Uint32Array): State {
  let [a, b, c, d] = before;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const [mixed, index] = mix(round, step, b, c, d);
    const sum = (a + mixed + (sines[step] ?? 0) + (block[index] ?? 0)) | 0;
    const by = rotations[round * 4 + (step & 3)] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
  }
  return [(before[0] + a) | 0, (before[1] + b) | 0, (before[2] + c) | 0, (before[3] + d) | 0];
}

/** A round's function of three words, and which word of the block its step takes. */
function mix(round: number, step: number, b: number, c: number, d: number): readonly [number, number] {
  if (round === 0) return [(b & c) | (~b & d), step];
  if (round === 1) return [(d & b) | (~d & c), (5 * step + 1) & 15];
  if (round === 2) return [b ^ c ^ d, (3 * step + 5) & 15];
  return [c ^ (b | ~d), (7 * step) & 15];
}
