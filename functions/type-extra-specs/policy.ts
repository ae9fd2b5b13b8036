import { seesAllSpecs } from '../../schema/volume-types.ts';
import type { Rules } from '../http/policy.ts';

export const extraSpecRules: Rules = {
  'volume_extension:types_extra_specs:index': 'projectReader',
  'volume_extension:types_extra_specs:show': 'projectReader',
  'volume_extension:types_extra_specs:create': 'admin',
  'volume_extension:types_extra_specs:update': 'admin',
  'volume_extension:types_extra_specs:delete': 'admin',
  [seesAllSpecs]: 'admin',
};
