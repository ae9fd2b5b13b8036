// An image on its way into an encrypted volume.
import { ConverterError, type Piece } from '../../infra/converter/port.ts';
import { KeysError } from '../../infra/keys/port.ts';
import { type LuksVolume, sectorBytes } from '../../infra/luks/port.ts';
import { defaultKeyBits } from '../../schema/keys.ts';
import type { Backend, DriverCall, Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { EncryptionJson } from '../work/fragments.ts';
import { openDataOf } from '../work/subjects.ts';
import { blockBytes } from './fill.ts';

/**
 * A new header for the volume of the operation, opened with the volume's key as Nova opens it. Null: it is not
 * encrypted.
 */
export async function luksOf(
  encryption: EncryptionJson | null,
  token: string,
  ports: Pick<WorkerPorts, 'luks' | 'keys'>,
): Promise<LuksVolume | null> {
  if (encryption === null) return null;
  if (ports.luks === undefined) throw new KeysError('refused', 'This worker writes no encrypted volumes.');
  const key = await keyOf(encryption, token, ports);
  return ports.luks.format(Buffer.from(key).toString('hex'), encryption.key_size ?? defaultKeyBits);
}

const magic = Buffer.from('LUKS\xba\xbe', 'latin1');
/** For volumes that their back end opens, the keys are in our own table: see functions/volumes/create/encryption.ts. */
const noToken = '';

/**
 * Formats a new volume that its back end opens for hosts; others are formatted by the first host that opens them. A
 * volume that already has a header keeps it: this may be a retry after a host has written.
 */
export async function formatBlank(
  volume: Volume,
  { encryption }: { readonly encryption: EncryptionJson | null },
  backend: Pick<Backend, 'openData'>,
  call: DriverCall,
  ports: Pick<WorkerPorts, 'luks' | 'keys'>,
): Promise<void> {
  if (volume.isEncrypted === undefined) return;
  const data = await openDataOf(backend, { kind: 'volume', volume }, 'rw', call);
  try {
    const begins = Buffer.from(await data.read(0, magic.length));
    if (begins.equals(magic)) return;
    const luks = await luksOf(encryption, noToken, ports);
    if (luks !== null) await data.write(0, luks.header);
    await data.flush();
  } finally {
    await data.close();
  }
}

async function keyOf(
  { key_id, material, sealed_as }: EncryptionJson,
  token: string,
  { keys }: Pick<WorkerPorts, 'keys'>,
) {
  if (keys !== undefined && material !== null && sealed_as !== null) return keys.open(material, sealed_as);
  if (keys?.manager !== undefined) return keys.manager.get(key_id, token);
  throw new KeysError('absent', 'The key of the volume is not there.');
}

/**
 * The header, then every sector of the image, encrypted. Zeros are encrypted too, otherwise they would be read as
 * something else. What follows the image does not matter. `sizeBytes`: the image's size as a disk, if its pieces end
 * earlier.
 */
export async function* encrypted(
  pieces: AsyncIterable<Piece>,
  sizeBytes: number | null,
  { header, encrypt }: LuksVolume,
  mostBytes: number,
): AsyncIterable<Piece> {
  yield { offset: 0, bytes: header };
  for await (const { offset, bytes } of dense(pieces, sizeBytes)) {
    if (header.length + offset + bytes.length > mostBytes) {
      throw new ConverterError('too-large', 'The image is larger than the volume without its LUKS header.');
    }
    yield { offset: header.length + offset, bytes: encrypt(offset, bytes) };
  }
}

/** The same bytes without holes, in blocks. The last block is padded with zeros to a whole sector. */
async function* dense(pieces: AsyncIterable<Piece>, sizeBytes: number | null): AsyncIterable<Piece> {
  const block = new Uint8Array(blockBytes);
  let start = 0;
  let end = 0;
  function* upTo(offset: number): Iterable<Piece> {
    while (offset >= start + blockBytes) {
      yield { offset: start, bytes: block };
      block.fill(0);
      start += blockBytes;
    }
  }
  for await (const { offset, bytes } of pieces) {
    for (let taken = 0; taken < bytes.length; ) {
      yield* upTo(offset + taken);
      const at = offset + taken - start;
      const part = bytes.subarray(taken, taken + blockBytes - at);
      block.set(part, at);
      taken += part.length;
    }
    end = offset + bytes.length;
  }
  end = Math.max(end, sizeBytes ?? 0);
  yield* upTo(end);
  const left = Math.ceil((end - start) / sectorBytes) * sectorBytes;
  if (left > 0) yield { offset: start, bytes: block.subarray(0, left) };
}
