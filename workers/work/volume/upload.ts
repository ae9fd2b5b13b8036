import { ConverterError, isFormat } from '../../../infra/converter/port.ts';
import type { Asking, Images } from '../../../infra/images/port.ts';
import type { Data, DriverCall } from '../../driver.ts';
import { image, imageIn, type OperationImage } from '../../images/image.ts';
import { onImages } from '../../images/on-images.ts';
import { bytesOf, piecesOf } from '../../images/read-volume.ts';
import type { WorkerPorts } from '../../ports.ts';
import { sealedToken, volume } from '../fragments.ts';
import { imageKeyGone } from '../sql.ts';
import { openDataOf, toVolume } from '../subjects.ts';
import { type Abandon, done, work } from '../work.ts';

const action = 'copyVolumeToImage';

/** Uploads the bytes of the volume to the image that the request created. */
export const uploadVolume = work({
  kind: 'volume.upload',
  does: 'copies a volume to an image',
  steps: ['upload'],
  needs: { volume: volume(), image, token: sealedToken },
  uses: ['backend.openData', 'images', 'converter', 'secrets'],
  async run({ volume: row, image, token }, _operation, { backend, ports, call }) {
    const volume = toVolume(row);
    if (image === null) return done();
    await onImages(token, action, call.signal, ports, async (images, asking) => {
      const data = await openDataOf(backend, { kind: 'volume', volume }, 'r', call);
      try {
        await send(images, image, data, asking, call, ports);
      } finally {
        await data.close();
      }
    });
    return done();
  },
  abandon: abandonImage,
  events: { done: 'volume.copy_to_image.end', failed: 'volume.copy_to_image.error' },
  message: { action, detail: 'failedToUpload' },
  done: {},
  failed: { also: [imageKeyGone] },
});

async function send(
  images: Images,
  { id, diskFormat }: OperationImage,
  data: Data,
  asking: Asking,
  call: DriverCall,
  { converter }: Pick<WorkerPorts, 'converter'>,
): Promise<void> {
  if (diskFormat === 'raw') return images.upload(id, bytesOf(data, call.signal), data.sizeBytes, asking);
  if (!isFormat(diskFormat) || converter === undefined) {
    throw new ConverterError('absent', `Images of the format ${diskFormat} cannot be made here.`);
  }
  const disk = { sizeBytes: data.sizeBytes, pieces: () => piecesOf(data, call.signal) };
  const encoded = await converter.encode(disk, diskFormat, call.signal);
  try {
    await images.upload(id, encoded.bytes(), encoded.sizeBytes, asking);
  } finally {
    await encoded.close();
  }
}

/** The image that was created has no bytes and never will. */
async function abandonImage(...[operation, signal, ports]: Parameters<Abandon>): Promise<void> {
  const image = imageIn(operation.arguments);
  if (image === null) return;
  await onImages(operation, action, signal, ports, async (images, asking) => {
    await images.remove(image.id, asking);
    // A key in our own table is removed when the operation ends.
    if (image.keyId !== null) await ports.keys?.manager?.delete(image.keyId, asking.token);
  });
}
