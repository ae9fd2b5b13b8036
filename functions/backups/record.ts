// The record of a backup: its row in base64, with which a service that has lost its database finds the data again.
import type { BackupRow } from '../../schema/backups.ts';
import { mostKeyBits } from '../../schema/keys.ts';
import { badRequest } from '../http/faults.ts';
import { dashed, isUuid, largestInteger } from '../http/schemas.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';

/** What names the format. Begins as every backup service of Cinder does. */
export const backupService = 'cinder.backup.drivers.scoria.ChunkedBackupDriver';

export interface BackupRecord {
  readonly id: string;
  readonly volumeId: string;
  readonly snapshotId: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly container: string | null;
  readonly zone: string | null;
  readonly sizeGiB: number;
  readonly objectCount: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isBootable: boolean;
  /** Of the volume, for one that the backup is restored to. */
  readonly volumeName: string | null;
  readonly volumeDescription: string | null;
  readonly volumeMetadata: Readonly<Record<string, string>>;
  readonly imageMetadata: Readonly<Record<string, string>> | null;
  /** What opens the data; null when it is not encrypted. */
  readonly key: RecordedKey | null;
  /** ISO 8601; null when the record has none. */
  readonly dataTimestamp: string | null;
  /** The key of the manifest. */
  readonly location: string;
}

/** A key as a record has it: sealed, or only its id where a key manager keeps it. */
export interface RecordedKey {
  readonly id: string;
  readonly sealed: SealedKey | null;
}

export interface SealedKey {
  readonly algorithm: string;
  readonly bit_length: number;
  readonly mode: string;
  /** Opens only with the sealing keys of the service. */
  readonly material: string;
  readonly sealed_as: string;
}

/** What a record has of a backup beside its row: JSON, each. */
export interface RecordRow extends BackupRow {
  readonly volume_name: string | null;
  readonly volume_description: string | null;
  readonly volume_metadata: string;
  readonly image_metadata: string | null;
  readonly sealed_key: string | null;
}

/** A record is longer than other texts: it is a whole row, and all that a body has room for. */
export const longestRecord = 114_000;

/** The record in base64. One that could not be imported goes without what is said of the volume and of its image. */
export function encodeRecord(row: RecordRow): string {
  const record = {
    id: row.id,
    user_id: row.user_id,
    project_id: row.project_id,
    volume_id: row.volume_id,
    snapshot_id: row.snapshot_id,
    parent_id: row.parent_id,
    display_name: row.name,
    display_description: row.description,
    container: row.container,
    availability_zone: row.availability_zone,
    status: row.status,
    size: row.size_gib,
    object_count: row.object_count,
    backup_metadata: JSON.parse(row.metadata),
    bootable: row.bootable,
    volume_name: row.volume_name,
    volume_description: row.volume_description,
    volume_metadata: JSON.parse(row.volume_metadata),
    image_metadata: row.image_metadata === null ? null : JSON.parse(row.image_metadata),
    encryption_key_id: row.encryption_key_id,
    encryption_key: row.sealed_key === null ? null : JSON.parse(row.sealed_key),
    data_timestamp: `${row.data_timestamp.replace(' ', 'T')}Z`,
    service: backupService,
    service_metadata: row.location,
  };
  const text = inBase64(record);
  return text.length <= longestRecord ? text : inBase64({ ...record, volume_metadata: {}, image_metadata: null });
}

/** Byte by byte: a call takes some 100,000 arguments, and a record may have more bytes. */
function inBase64(record: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

const unreadable = () => badRequest("Invalid input received: Can't parse backup record.");

/**
 * Reads a record. Refuses what is no base64 of a JSON object with id, size and the place of the data, and one whose
 * key is no key: without it the data could not be read.
 */
export function decodeRecord(text: string): BackupRecord {
  const value = parse(text);
  const { id, size, volume_id: volumeId, service_metadata: location } = value;
  const isWhole = isId(id) && isId(volumeId) && isSize(size) && isPlace(location);
  if (!isWhole) throw unreadable();
  return {
    id: dashed(id),
    volumeId: dashed(volumeId),
    snapshotId: isId(value.snapshot_id) ? dashed(value.snapshot_id) : null,
    name: textOf(value.display_name),
    description: textOf(value.display_description),
    container: textOf(value.container),
    zone: textOf(value.availability_zone),
    sizeGiB: size,
    objectCount: isSize(value.object_count) ? value.object_count : 0,
    metadata: mapOf(value.backup_metadata),
    isBootable: value.bootable === true,
    volumeName: textOf(value.volume_name),
    volumeDescription: textOf(value.volume_description),
    volumeMetadata: mapOf(value.volume_metadata),
    imageMetadata: value.image_metadata == null ? null : mapOf(value.image_metadata, mostImageValue),
    key: keyOf(value.encryption_key_id, value.encryption_key),
    dataTimestamp: timeOf(value.data_timestamp),
    location,
  };
}

const isPlace = (value: unknown): value is string => isText(value, 1024) && value !== '';

function parse(text: string): Record<string, unknown> {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // No base64, no UTF-8 or no JSON: refused below.
  }
  throw unreadable();
}

function keyOf(id: unknown, sealed: unknown): RecordedKey | null {
  if (id == null && sealed == null) return null;
  if (!isId(id)) throw unreadable();
  if (sealed == null) return { id: dashed(id), sealed: null };
  const { algorithm, bit_length, mode, material, sealed_as } = { ...sealed } as Record<string, unknown>; // checked here
  const isWhole = isShort(algorithm) && isShort(mode) && isShort(material) && isId(sealed_as) && isSize(bit_length);
  if (!isWhole || bit_length > mostKeyBits) throw unreadable();
  return { id: dashed(id), sealed: { algorithm, bit_length, mode, material, sealed_as: dashed(sealed_as) } };
}

/** A sealed key of 1,024 bits has some 300 characters. */
const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 2048 && /^[\x21-\x7e]+$/.test(value);

const isId = (value: unknown): value is string => typeof value === 'string' && isUuid(value);
const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= largestInteger;
const isText = (value: unknown, most = 255): value is string =>
  typeof value === 'string' && value.length <= most && value.isWellFormed() && !value.includes('\u0000');
const textOf = (value: unknown) => (isText(value) ? value : null);

/** A property of an image may be this long. */
const mostImageValue = 65_535;

function mapOf(value: unknown, most?: number): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(([key, one]) => metadataKey.test(key) && isText(one, most));
  return Object.fromEntries(entries.map(([key, one]) => [key, String(one)]));
}

function timeOf(value: unknown): string | null {
  // PostgreSQL knows no year 0.
  const isTime = typeof value === 'string' && /^(?!0000)\d{4}-\d\d-\d\dT[\d:.]{8,15}Z?$/.test(value);
  const milliseconds = isTime ? Date.parse(value.endsWith('Z') ? value : `${value}Z`) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
