// Opens what infra/luks writes, by the specification and not by our code, where qemu and cryptsetup may be missing.
import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';

const sectorBytes = 512;

function decrypted(key: Buffer, firstSector: number, bytes: Uint8Array): Buffer {
  const sectors = [];
  for (let at = 0; at < bytes.length; at += sectorBytes) {
    const tweak = Buffer.alloc(16);
    tweak.writeBigUInt64LE(BigInt(firstSector + at / sectorBytes));
    const cipher = createDecipheriv(`aes-${key.length * 4}-xts`, key, tweak);
    sectors.push(cipher.update(bytes.subarray(at, at + sectorBytes)));
  }
  return Buffer.concat(sectors);
}

/** The plain bytes of a LUKS volume from the beginning of its data on; throws when the passphrase is not its own. */
export function openLuks(volume: Uint8Array, passphrase: string): Buffer {
  const bytes = Buffer.from(volume);
  const [payload, length] = [bytes.readUInt32BE(104), bytes.readUInt32BE(108)];
  const [iterations, material, stripes] = [bytes.readUInt32BE(212), bytes.readUInt32BE(248), bytes.readUInt32BE(252)];
  const slotKey = pbkdf2Sync(passphrase, bytes.subarray(216, 248), iterations, length, 'sha256');
  const from = material * sectorBytes;
  const split = decrypted(slotKey, 0, bytes.subarray(from, from + length * stripes));
  const key = Buffer.alloc(length);
  for (let stripe = 0; stripe < stripes; stripe += 1) {
    for (let at = 0; at < length; at += 1) key[at] = (key[at] ?? 0) ^ (split[stripe * length + at] ?? 0);
    if (stripe === stripes - 1) break;
    for (let at = 0; at < length; at += 32) {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(at / 32);
      createHash('sha256')
        .update(number)
        .update(key.subarray(at, at + 32))
        .digest()
        .copy(key, at);
    }
  }
  const digest = pbkdf2Sync(key, bytes.subarray(132, 164), bytes.readUInt32BE(164), 20, 'sha256');
  if (!digest.equals(bytes.subarray(112, 132))) throw new Error('the passphrase does not open the volume');
  return decrypted(key, 0, bytes.subarray(payload * sectorBytes));
}
