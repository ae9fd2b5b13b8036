// The filters that lists of limits have in common.
import type { Call } from '../../http/operation.ts';
import { filter } from '../keystone.ts';

export interface LimitFilters {
  readonly service_id: string | null;
  readonly region_id: string | null;
  readonly resource_name: string | null;
}

export const limitParameters = {
  service_id: 'Only those of this service',
  region_id: 'Only those of this region',
  resource_name: 'Only those of this resource',
} as const;

export const limitFilters = (call: Pick<Call, 'query'>): LimitFilters => ({
  service_id: filter(call, 'service_id'),
  region_id: filter(call, 'region_id'),
  resource_name: filter(call, 'resource_name'),
});
