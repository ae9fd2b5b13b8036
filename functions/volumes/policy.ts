import type { Rules } from '../http/policy.ts';

export const volumeRules: Rules = {
  'volume:create': 'projectMember',
  'volume:create_from_image': 'projectMember',
  'volume:multiattach': 'projectMember',
  'volume:get': 'projectReader',
  'volume:get_all': 'projectReader',
  'volume:update': 'projectMember',
  'volume:delete': 'projectMember',
  'volume:force_delete': 'admin',
  'volume:extend': 'projectMember',
  'volume:extend_attached_volume': 'projectMember',
  'volume:update_readonly_flag': 'projectMember',
  'volume:update_volume_admin_metadata': 'admin',
  'volume_extension:volume_admin_actions:reset_status': 'admin',
  'volume_extension:volume_admin_actions:force_delete': 'admin',
  'volume_extension:volume_manage': 'admin',
  'volume_extension:volume_unmanage': 'admin',
  'volume_extension:volume_host_attribute': 'admin',
  'volume_extension:volume_mig_status_attribute': 'admin',
  'volume_extension:volume_tenant_attribute': 'projectReader',
  'volume_extension:volume_image_metadata:show': 'projectReader',
};
