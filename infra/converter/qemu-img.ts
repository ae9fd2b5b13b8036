// The converter with qemu-img, on files of its own.
import { mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from './inspect.ts';
import { type Converter, ConverterError, type Disk, type Encoded, type Format, type Piece } from './port.ts';
import { type Bounds, qemuImg } from './tool.ts';

const gib = 1024 ** 3;
const blockBytes = 4 * 2 ** 20;

/** Their names in the tool, and how they are made. */
const names: Readonly<Record<Format, { readonly name: string; readonly options: string }>> = {
  qcow2: { name: 'qcow2', options: 'compat=1.1' },
  vmdk: { name: 'vmdk', options: 'subformat=monolithicSparse' },
  vdi: { name: 'vdi', options: 'static=off' },
  // Without force_size a disk is rounded up to whole cylinders, and then does not fit where it came from.
  vhd: { name: 'vpc', options: 'subformat=dynamic,force_size=on' },
  vhdx: { name: 'vhdx', options: 'subformat=dynamic' },
};

const looking: Bounds = { cpuSeconds: 30, memoryBytes: gib, fileBytes: 2 ** 20, outputBytes: 2 ** 20 };

/** By the size of the disk: 600 s, and a minute for each GiB. Overhead of a format is a few percent of its file. */
const copying = (sizeBytes: number): Bounds => ({
  cpuSeconds: 600 + Math.ceil(sizeBytes / gib) * 60,
  memoryBytes: 4 * gib,
  fileBytes: sizeBytes + Math.ceil(sizeBytes / 16) + 64 * 2 ** 20,
  outputBytes: 2 ** 20,
});

/** Works below `folder`, which belongs to it alone: what an earlier process has left there is removed. */
export function qemuImgConverter(folder: string): Converter {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  /** A folder for one image, gone when the work rejects or what it made is closed. */
  async function inFolder<T extends { close(): Promise<void> }>(work: (path: string) => Promise<T>): Promise<T> {
    const path = await mkdtemp(join(folder, 'image-'));
    const remove = () => rm(path, { recursive: true, force: true });
    try {
      const made = await work(path);
      return { ...made, close: () => made.close().finally(remove) };
    } catch (error) {
      await remove();
      throw inWords(error);
    }
  }

  return {
    async decode(bytes, format, mostBytes, signal) {
      await qemuImg(['--version'], looking, signal);
      return inFolder(async (path) => {
        const image = join(path, 'image');
        await save(bytes, image);
        const sizeBytes = await examine(image, format, mostBytes, signal);
        const raw = join(path, 'raw');
        const { name } = names[format];
        await qemuImg(['convert', '-q', '-f', name, '-O', 'raw', image, raw], copying(sizeBytes), signal);
        await rm(image);
        return openDisk(raw, await rangesOf(raw, sizeBytes, signal));
      });
    },
    async encode(disk, format, signal) {
      await qemuImg(['--version'], looking, signal);
      return inFolder(async (path) => {
        const raw = join(path, 'raw');
        await saveDisk(disk, raw);
        const image = join(path, 'image');
        const { name, options } = names[format];
        const parameters = ['convert', '-q', '-f', 'raw', '-O', name, '-o', options, raw, image];
        await qemuImg(parameters, copying(disk.sizeBytes), signal);
        await rm(raw);
        return openEncoded(image);
      });
    },
  };
}

/** What the file system says, in the port's words. */
function inWords(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ConverterError('no-space', 'There is no room to convert the image.', { cause: error });
}

async function save(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const part of bytes) await file.writeFile(part);
  } finally {
    await file.close();
  }
}

/** As long as any piece of a volume. */
const zeros = Buffer.alloc(blockBytes);

async function saveDisk(disk: Pick<Disk, 'sizeBytes' | 'pieces'>, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(disk.sizeBytes);
    for await (const { offset, bytes } of disk.pieces()) {
      if (!zeros.subarray(0, bytes.length).equals(bytes)) await writeAll(file, offset, bytes);
    }
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  }
}

interface Info {
  readonly format?: unknown;
  readonly encrypted?: unknown;
  readonly 'virtual-size'?: unknown;
  readonly 'backing-filename'?: unknown;
  readonly 'full-backing-filename'?: unknown;
  readonly 'format-specific'?: { readonly data?: Readonly<Record<string, unknown>> };
}

/** The size of the disk, when both our own look and the tool's find nothing against the image. */
async function examine(path: string, format: Format, mostBytes: number, signal: AbortSignal): Promise<number> {
  const file = await open(path, 'r');
  await inspect(file, format).finally(() => file.close());
  const { name } = names[format];
  const output = await qemuImg(['info', '--output=json', '-f', name, path], looking, signal);
  const info = JSON.parse(output) as Info; // the tool's own output; its fields are looked at one by one
  const data = info['format-specific']?.data ?? {};
  const refuse = (why: string) => new ConverterError('format', `The image ${why}.`);
  if (info.format !== name) throw refuse(`claims to be ${format} and is not`);
  if (info['backing-filename'] !== undefined || info['full-backing-filename'] !== undefined) {
    throw refuse('has a backing file');
  }
  if (data['data-file'] !== undefined) throw refuse('keeps its data in another file');
  if (info.encrypted === true) throw refuse('is encrypted in itself');
  if (format === 'vmdk') checkExtents(data, path, refuse);
  const sizeBytes = info['virtual-size'];
  if (typeof sizeBytes !== 'number') throw refuse('has no size');
  if (sizeBytes > mostBytes) throw new ConverterError('too-large', 'The image is larger than the volume.');
  return sizeBytes;
}

function checkExtents(data: Readonly<Record<string, unknown>>, path: string, refuse: (why: string) => Error): void {
  const kind = data['create-type'];
  if (kind !== 'monolithicSparse' && kind !== 'streamOptimized') {
    throw refuse('is a VMDK of a kind that is not allowed');
  }
  const extents = Array.isArray(data.extents) ? data.extents : [];
  if (!extents.every((one) => one?.filename === path)) throw refuse('names other files');
}

interface Range {
  readonly start: number;
  readonly length: number;
}

/** Where the file has data. When the tool has too much to say, it is everywhere. */
async function rangesOf(path: string, sizeBytes: number, signal: AbortSignal): Promise<readonly Range[]> {
  try {
    const bounds = { ...looking, outputBytes: 16 * 2 ** 20 };
    const output = await qemuImg(['map', '--output=json', '-f', 'raw', path], bounds, signal);
    const all = JSON.parse(output) as (Range & { readonly zero: boolean })[]; // the tool's own output
    return all.filter((one) => !one.zero);
  } catch (error) {
    if (!(error instanceof ConverterError)) throw error;
    return [{ start: 0, length: sizeBytes }];
  }
}

async function openDisk(path: string, ranges: readonly Range[]): Promise<Disk> {
  const file = await open(path, 'r');
  const { size: sizeBytes } = await file.stat();
  return {
    sizeBytes,
    async *pieces() {
      for (const { start, length } of ranges) {
        const end = Math.min(start + length, sizeBytes);
        for (let offset = start; offset < end; offset += blockBytes) {
          yield await readPiece(file, offset, Math.min(blockBytes, end - offset));
        }
      }
    },
    close: () => file.close(),
  };
}

async function readPiece(file: FileHandle, offset: number, length: number): Promise<Piece> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new ConverterError('failed', 'A file of the conversion was cut off.');
    done += bytesRead;
  }
  return { offset, bytes };
}

async function openEncoded(path: string): Promise<Encoded> {
  const file = await open(path, 'r');
  const { size: sizeBytes } = await file.stat();
  return {
    sizeBytes,
    async *bytes() {
      for (let offset = 0; offset < sizeBytes; offset += blockBytes) {
        yield (await readPiece(file, offset, Math.min(blockBytes, sizeBytes - offset))).bytes;
      }
    },
    close: () => file.close(),
  };
}
