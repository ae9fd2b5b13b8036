// An image on its way into a volume.
import { ConverterError, isFormat, type Piece } from '../../infra/converter/port.ts';
import type { MessageActionName } from '../../schema/codes.ts';
import type { Backend, DriverCall, Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { EncryptionJson, Sealed } from '../work/fragments.ts';
import { openDataOf } from '../work/subjects.ts';
import { encrypted, luksOf } from './encrypted.ts';
import { fill, inBlocks } from './fill.ts';
import type { OperationImage } from './image.ts';
import { onImages } from './on-images.ts';
import { sniff } from './sniff.ts';

/** The formats that are copied unchanged, because they are a disk's own bytes, by their names in the image service. */
const plain: readonly string[] = ['raw', 'iso', 'ami', 'ari', 'aki'];

/** An image, and what it takes to write it to the volume. */
export interface Filling {
  readonly image: OperationImage;
  readonly token: Sealed;
  /** The key of an encrypted volume. */
  readonly encryption: EncryptionJson | null;
}

export type FillingPorts = Pick<WorkerPorts, 'images' | 'secrets' | 'converter' | 'luks' | 'keys'>;

/**
 * Makes the volume's data that of the image, from the first byte on, with the same result on every try. For an
 * encrypted volume it goes after a LUKS header, encrypted, unless the image is encrypted already.
 */
export async function writeImage(
  { image, token, encryption }: Filling,
  volume: Volume,
  action: MessageActionName,
  backend: Pick<Backend, 'openData'>,
  call: DriverCall,
  ports: FillingPorts,
): Promise<void> {
  await onImages(token, action, call.signal, ports, async (images, asking) => {
    const isPlain = plain.includes(image.diskFormat);
    if (!isPlain) checkFormat(image.diskFormat, ports);
    const luks = image.isEncrypted ? null : await luksOf(encryption, asking.token, ports); // before anybody sends: nobody reads when it cannot be had
    const bytes = await images.download(image, asking);
    const data = await openDataOf(backend, { kind: 'volume', volume }, 'rw', call);
    const write = (pieces: AsyncIterable<Piece>, sizeBytes: number | null) =>
      fill(data, luks === null ? pieces : encrypted(pieces, sizeBytes, luks, data.sizeBytes), call.signal);
    try {
      if (isPlain) await write(checked(inBlocks(bytes), image.diskFormat), null);
      else await convert(bytes, image.diskFormat, data.sizeBytes - (luks?.header.length ?? 0), write, call, ports);
    } finally {
      await data.close();
    }
  });
}

function checkFormat(format: string, ports: Pick<WorkerPorts, 'converter'>): void {
  if (!isFormat(format)) throw new ConverterError('format', `Images of the format ${format} cannot be read here.`);
  if (ports.converter === undefined) {
    throw new ConverterError(
      'absent',
      `Images of the format ${format} need qemu-img, which this worker does not have.`,
    );
  }
}

async function convert(
  bytes: AsyncIterable<Uint8Array>,
  format: string,
  mostBytes: number,
  write: (pieces: AsyncIterable<Piece>, sizeBytes: number) => Promise<void>,
  call: DriverCall,
  ports: Pick<WorkerPorts, 'converter'>,
) {
  if (!isFormat(format) || ports.converter === undefined) throw new ConverterError('format', 'The format is unknown.');
  const disk = await ports.converter.decode(bytes, format, mostBytes, call.signal);
  try {
    await write(disk.pieces(), disk.sizeBytes);
  } finally {
    await disk.close();
  }
}

/**
 * Refuses an image that claims to be raw but starts like a container of another format. A program that guesses the
 * format of the volume would follow what the container refers to (CVE-2024-32498), and nobody could boot from it.
 */
async function* checked(pieces: AsyncIterable<Piece>, claimed: string): AsyncIterable<Piece> {
  for await (const piece of pieces) {
    const found = piece.offset === 0 ? sniff(piece.bytes) : null;
    if (found !== null) {
      throw new ConverterError('format', `The image claims to be ${claimed} and begins as ${found}.`);
    }
    yield piece;
  }
}
