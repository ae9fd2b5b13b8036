import { DriverError } from '../../driver.ts';
import { image } from '../../images/image.ts';
import { writeImage } from '../../images/write-image.ts';
import { tellDone, tellFailed } from '../../store/tell-servers.ts';
import { encryption, sealedToken, volume } from '../fragments.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Writes an image over an existing volume. After a failed creation the volume may not even exist. */
export const reimageVolume = work({
  kind: 'volume.reimage',
  does: 'writes an image over a volume',
  steps: ['reimage'],
  needs: { volume: volume('previous_status'), image, token: sealedToken, encryption },
  uses: ['backend.create', 'backend.openData', 'images', 'converter', 'luks', 'keys', 'secrets'],
  async run(given, _operation, { backend, ports, call }) {
    const { image } = given;
    if (image === null) throw new DriverError('fatal', 'The operation names no image.');
    const volume = toVolume(given.volume);
    const write = () => writeImage({ ...given, image }, volume, 'reimageVolume', backend, call, ports);
    try {
      await write();
    } catch (error) {
      const isMissing =
        error instanceof DriverError && error.failure === 'gone' && given.volume.previous_status === 'error';
      if (!isMissing) throw error;
      await backend.create(volume, { kind: 'blank' }, call);
      await write();
    }
    return done();
  },
  events: { done: 'volume.reimage.end', failed: 'volume.reimage.error' },
  message: { action: 'reimageVolume', detail: 'reimageFailed' },
  done: { set: `bootable = TRUE, image_metadata = f.arguments -> 'image' -> 'metadata'`, queues: tellDone },
  failed: { queues: tellFailed },
});
