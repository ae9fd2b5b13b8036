// What most lists sort and filter by: kinds of columns, and the columns that most rows have. Rows are `r`.
import type { ListFilter } from './filters.ts';
import type { SortKey } from './list.ts';

export const textKey = (column: string): SortKey => ({ column, type: 'text' });
export const nullableTextKey = (column: string): SortKey => ({ column, type: 'text', nullable: true });

export const textFilter = (column: string): ListFilter => ({ kind: 'text', column });
/** A column with words of ours, in lower case. */
export const wordFilter = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const rowKeys: Readonly<Record<'id' | 'created_at' | 'updated_at', SortKey>> = {
  id: { column: 'r.id', type: 'uuid' },
  created_at: { column: 'r.created_at', type: 'timestamptz' },
  updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
};

export const ownerKeys: Readonly<Record<'user_id' | 'project_id', SortKey>> = {
  user_id: textKey('r.user_id'),
  project_id: textKey('r.project_id'),
};

/** A name that an index finds. */
export const nameFilter: ListFilter = { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true };

/** For admins, who see every project. */
export const ownerFilters: Readonly<Record<'project_id' | 'tenant_id' | 'user_id', ListFilter>> = {
  project_id: { ...textFilter('r.project_id'), raw: true, admin: true },
  tenant_id: { ...textFilter('r.project_id'), raw: true, admin: true },
  user_id: { ...textFilter('r.user_id'), raw: true, admin: true },
};
