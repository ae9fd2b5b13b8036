// A look at an image before any tool opens it: is it what it claims, and does it refer to nothing outside of itself?
// What a tool would open with it, it could be made to read for somebody else (CVE-2024-32498, CVE-2022-47951).
import type { FileHandle } from 'node:fs/promises';
import { ConverterError, type Format } from './port.ts';

/** Bytes of the file; fewer at its end. */
async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

const refuse = (why: string) => new ConverterError('format', `The image ${why}.`);
const claims = (format: Format) => refuse(`claims to be ${format} and is not`);

/** Throws ConverterError (`format`) unless the image is of that format and whole in itself. */
export async function inspect(file: FileHandle, format: Format): Promise<void> {
  await inspectors[format](file);
}

const inspectors: Readonly<Record<Format, (file: FileHandle) => Promise<void>>> = {
  async qcow2(file) {
    const header = await bytesAt(file, 0, 112);
    if (header.length < 72 || header.toString('latin1', 0, 4) !== 'QFI\xfb') throw claims('qcow2');
    const version = header.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw claims('qcow2');
    if (header.readBigUInt64BE(8) !== 0n) throw refuse('has a backing file');
    if (header.readUInt32BE(32) !== 0) throw refuse('is encrypted in itself');
    const externalData = 4n;
    if (version === 3 && (header.readBigUInt64BE(72) & externalData) !== 0n) {
      throw refuse('keeps its data in another file');
    }
  },
  vmdk: inspectVmdk,
  async vdi(file) {
    const header = await bytesAt(file, 64, 16);
    if (header.length < 16 || header.readUInt32LE(0) !== 0xbeda107f) throw claims('vdi');
    const type = header.readUInt32LE(12);
    if (type !== 1 && type !== 2) throw refuse('is a difference to another one');
  },
  async vhd(file) {
    const { size } = await file.stat();
    const first = await bytesAt(file, 0, 512);
    const last = await bytesAt(file, Math.max(0, size - 512), 512);
    const footers = [first, last].filter((one) => one.toString('latin1', 0, 8) === 'conectix');
    if (footers.length === 0) throw claims('vhd');
    for (const footer of footers) {
      const type = footer.readUInt32BE(60);
      if (type !== 2 && type !== 3) throw refuse('is a difference to another one');
    }
  },
  async vhdx(file) {
    if ((await bytesAt(file, 0, 8)).toString('latin1') !== 'vhdxfile') throw claims('vhdx');
  },
};

const sectorBytes = 512;
/** A descriptor is a page of text. */
const mostDescriptorBytes = 64 * 1024;
const allowedKinds: readonly string[] = ['monolithicSparse', 'streamOptimized'];

async function inspectVmdk(file: FileHandle): Promise<void> {
  const header = await bytesAt(file, 0, sectorBytes);
  // A text alone is a list of other files.
  if (header.length < sectorBytes || header.toString('latin1', 0, 4) !== 'KDMV') throw claims('vmdk');
  // Of no capacity: then tools take the descriptor for such a list.
  if (header.readBigUInt64LE(12) === 0n) throw refuse('names other files');
  const offset = Number(header.readBigUInt64LE(28)) * sectorBytes;
  const length = Number(header.readBigUInt64LE(36)) * sectorBytes;
  if (offset <= 0 || length <= 0 || length > mostDescriptorBytes) throw refuse('has no descriptor');
  const descriptor = (await bytesAt(file, offset, length)).toString('latin1').replace(/\0[\s\S]*$/, '');
  // Line by line: an expression whose blanks may be line breaks takes 5 s for 64 KiB of them.
  const lines = descriptor.split(/[\r\n]/).map((line) => line.trim());
  const kind = firstOf(lines, /^createType\s*=\s*"([^"]*)"/) ?? '';
  if (!allowedKinds.includes(kind)) throw refuse('is a VMDK of a kind that is not allowed');
  if (descriptor.includes('parentFileNameHint')) throw refuse('has a backing file');
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS)\s/.test(line));
  if (extents.length !== 1 || firstOf(extents, /^\w+\s+\d+\s+(\S+)/) !== 'SPARSE') throw refuse('names other files');
}

/** What the expression finds in the first line that it fits. */
function firstOf(lines: readonly string[], expression: RegExp): string | null {
  for (const line of lines) {
    const found = expression.exec(line);
    if (found !== null) return found[1] ?? '';
  }
  return null;
}
