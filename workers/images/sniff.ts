// Recognises the format of an image by its first bytes.

const magics: readonly (readonly [format: string, offset: number, magic: string])[] = [
  ['qcow2', 0, 'QFI\xfb'],
  ['qed', 0, 'QED\0'],
  ['vmdk', 0, 'KDMV'],
  ['vmdk', 0, 'COWD'],
  ['vmdk', 0, '# Disk DescriptorFile'],
  ['vhdx', 0, 'vhdxfile'],
  ['vhd', 0, 'conectix'],
  ['vdi', 64, '\x7f\x10\xda\xbe'],
  ['ploop', 0, 'WithoutFreeSpace'],
  ['ploop', 0, 'WithouFreSpacExt'],
];

/** The container format that the bytes start with; null when they look like those of a disk. */
export function sniff(bytes: Uint8Array): string | null {
  const begins = (offset: number, magic: string) =>
    [...magic].every((letter, at) => bytes[offset + at] === letter.charCodeAt(0));
  return magics.find(([, offset, magic]) => begins(offset, magic))?.[0] ?? null;
}
