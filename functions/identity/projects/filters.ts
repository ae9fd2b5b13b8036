// The filters of lists of projects.
import type { Call } from '../../http/operation.ts';
import { enabledFilter, filter } from '../keystone.ts';

export interface ProjectFilters {
  readonly name: string | null;
  readonly domain_id: string | null;
  readonly parent_id: string | null;
  readonly enabled: boolean | null;
  /** JSON arrays of texts. */
  readonly tags: string | null;
  readonly tags_any: string | null;
  readonly not_tags: string | null;
  readonly not_tags_any: string | null;
}

export const everyProject: ProjectFilters = {
  name: null,
  domain_id: null,
  parent_id: null,
  enabled: null,
  tags: null,
  tags_any: null,
  not_tags: null,
  not_tags_any: null,
};

export const projectParameters = {
  name: 'Only projects with this name',
  domain_id: 'Only projects of this domain',
  parent_id: 'Only projects below this one',
  enabled: 'Only enabled (true) or disabled (false) ones',
  tags: 'Only those that have all of these tags, separated by commas',
  'tags-any': 'Only those that have any of these tags',
  'not-tags': 'None of those that have all of these tags',
  'not-tags-any': 'None of those that have any of these tags',
} as const;

/** What the query of a list asks for. */
export const projectFilters = (call: Pick<Call, 'query'>): ProjectFilters => ({
  name: filter(call, 'name'),
  domain_id: filter(call, 'domain_id'),
  parent_id: filter(call, 'parent_id'),
  enabled: enabledFilter(call),
  tags: tagsIn(call, 'tags'),
  tags_any: tagsIn(call, 'tags-any'),
  not_tags: tagsIn(call, 'not-tags'),
  not_tags_any: tagsIn(call, 'not-tags-any'),
});

function tagsIn(call: Pick<Call, 'query'>, name: string): string | null {
  const words = filter(call, name)?.split(',') ?? [];
  const asked = words.filter((word) => word !== '');
  return asked.length === 0 ? null : JSON.stringify(asked);
}
