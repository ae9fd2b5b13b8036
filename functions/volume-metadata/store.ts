// The SQL of metadata maps, a volume's and a snapshot's: a jsonb column of strings beside the row that it describes. One statement each.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope } from '../../schema/expressions.ts';
import { bounded } from '../../schema/sizes.ts';
import { fragmentOf, type Literal, statement } from '../../schema/statement.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';

/** Whose metadata. */
export interface MetadataOwner {
  readonly table: 'volumes' | 'snapshots';
  readonly resource: 'volume' | 'snapshot';
  /** An SQL condition over the alias `r`: whether the metadata may change now. */
  readonly guard: string;
}

export type Metadata = Readonly<Record<string, string>>;

/** The metadata as a read found it. */
export interface Found {
  readonly metadata: Metadata;
  readonly status: string;
}

/** When and for which request something changes. */
export interface Change {
  readonly now: string;
  readonly requestId: string;
}

export interface MetadataStore {
  /** The metadata and the owner's status; null when the owner is not within the scope. */
  read(database: Database, scope: Scope, id: string): Promise<Found | null>;
  /**
   * Merges or replaces, and returns the whole metadata afterwards. With `expected`, only over exactly that metadata.
   * Null when nothing was changed: no such owner, not now, or no longer as expected.
   */
  write(
    database: Database,
    scope: Scope,
    id: string,
    way: 'merge' | 'replace',
    wanted: Metadata,
    expected: Metadata | null,
    change: Change,
  ): Promise<Metadata | null>;
  /** Removes one pair. False when nothing was changed: no such owner, no such key, or not now. */
  remove(database: Database, scope: Scope, id: string, key: string, change: Change): Promise<boolean>;
}

const found = `r.id = :id::uuid AND ${inScope}` as const;

/** The statements for one kind of owner. */
export function metadataStore(owner: MetadataOwner): MetadataStore {
  const readText = statement(
    `${owner.resource}-metadata.read`,
    `SELECT r.metadata::text AS metadata, r.status FROM ${owner.table} r WHERE ${found}`,
  );
  const ways = {
    merge: changeText(
      owner,
      'merge',
      bounded(`${owner.resource} metadata`, 'r.metadata || :metadata::jsonb'),
      sameAsExpected,
    ),
    replace: changeText(owner, 'replace', bounded(`${owner.resource} metadata`, ':metadata::jsonb'), sameAsExpected),
  } as const;
  // Not the operator `?`, which some executors take for a parameter.
  const removeText = changeText(owner, 'remove', 'r.metadata - :key::text', 'r.metadata -> :key::text IS NOT NULL');
  return {
    async read(database, scope, id) {
      const [row] = await readText.all<Written & { status: string }>(database, { id, ...scopeParameter(scope) });
      return row === undefined ? null : { metadata: parse(row), status: row.status };
    },
    async write(database, scope, id, way, wanted, expected, change) {
      const [row] = await ways[way].all<Written>(database, {
        id,
        ...scopeParameter(scope),
        metadata: JSON.stringify(wanted),
        expected: expected === null ? null : JSON.stringify(expected),
        now: change.now,
        request_id: change.requestId,
      });
      return row === undefined ? null : parse(row);
    },
    async remove(database, scope, id, key, change) {
      const parameters = { id, key, now: change.now, request_id: change.requestId };
      return (await removeText.all(database, { ...parameters, ...scopeParameter(scope) })).length > 0;
    },
  };
}

interface Written {
  readonly metadata: string;
}

const parse = (row: Written) => JSON.parse(row.metadata) as Metadata; // a jsonb object of strings by the body schemas

const sameAsExpected = '(:expected::jsonb IS NULL OR r.metadata = :expected::jsonb)';

function changeText<const Change extends string, const Condition extends string>(
  owner: MetadataOwner,
  name: string,
  value: Literal<Change>,
  condition: Literal<Condition>,
) {
  const type = `'${owner.resource}.update.end'` as const;
  return statement(
    `${owner.resource}-metadata.${name}`,
    [
      fragmentOf(
        'changed',
        `UPDATE ${owner.table} r SET metadata = ${value}, updated_at = :now::timestamptz
  WHERE ${found} AND ${owner.guard} AND ${condition}
  RETURNING r.*`,
        ':now::timestamptz',
        found,
        value,
        condition,
      ),
      recordEvent('event', 'changed', type, owner.resource),
    ],
    `SELECT metadata::text AS metadata FROM changed`,
  );
}

/** The statuses in which the metadata is being read by work under way, and must stay. */
export const lockedStatuses = ['maintenance', 'uploading'] as const;

export const volumeMetadata = metadataStore({
  table: 'volumes',
  resource: 'volume',
  guard: `r.status NOT IN (${lockedStatuses.map((status) => `'${status}'`).join(', ')})`,
});
