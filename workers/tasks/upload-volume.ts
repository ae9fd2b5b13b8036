import { ConverterError, isFormat } from '../../infra/converter/port.ts';
import type { Asking, Images } from '../../infra/images/port.ts';
import type { Call, Data } from '../driver.ts';
import { imageOf, type OperationImage } from '../images/image.ts';
import { onImages } from '../images/on-images.ts';
import { bytesOf, piecesOf } from '../images/read-volume.ts';
import type { WorkerPorts } from '../ports.ts';
import { openDataOf, resourceOf, toVolume } from './subjects.ts';
import type { Abandon, Task } from './task.ts';

const action = 'copyVolumeToImage';

/** Gives the image that the request has begun the bytes of the volume. */
export const uploadVolume: Task = async (claimed, backend, call, ports) => {
  const volume = toVolume(resourceOf(claimed).volume);
  const image = imageOf(claimed);
  if (image !== null) {
    await onImages(claimed, action, call.signal, ports, async (images, asking) => {
      const data = await openDataOf(backend, { kind: 'volume', volume }, 'r', call);
      try {
        await send(images, image, data, asking, call, ports);
      } finally {
        await data.close();
      }
    });
  }
  return { location: volume.location };
};

async function send(
  images: Images,
  { id, diskFormat }: OperationImage,
  data: Data,
  asking: Asking,
  call: Call,
  ports: WorkerPorts,
): Promise<void> {
  if (diskFormat === 'raw') return images.upload(id, bytesOf(data, call.signal), data.sizeBytes, asking);
  if (!isFormat(diskFormat) || ports.converter === undefined) {
    throw new ConverterError('absent', `Images of the format ${diskFormat} cannot be made here.`);
  }
  const disk = { sizeBytes: data.sizeBytes, pieces: () => piecesOf(data, call.signal) };
  const encoded = await ports.converter.encode(disk, diskFormat, call.signal);
  try {
    await images.upload(id, encoded.bytes(), encoded.sizeBytes, asking);
  } finally {
    await encoded.close();
  }
}

/** The image that was begun has no bytes and never will. */
export const abandonImage: Abandon = async (claimed, signal, ports) => {
  const image = imageOf(claimed);
  if (image === null) return;
  await onImages(claimed, action, signal, ports, async (images, asking) => {
    await images.remove(image.id, asking);
    // One of our own table ends with the operation.
    if (image.keyId !== null) await ports.keys?.manager?.delete(image.keyId, asking.token);
  });
};
