import type { Rules } from '../http/policy.ts';

export const attachmentRules: Rules = {
  // Cinder has no rule for reading attachments. What an attachment tells, a reader of its volume may know.
  'volume:get': 'projectReader',
  'volume:get_all': 'projectReader',
  'volume:attachment_create': 'projectMember',
  'volume:attachment_update': 'projectMember',
  'volume:attachment_delete': 'projectMember',
  'volume:attachment_complete': 'projectMember',
  'volume:multiattach_bootable_volume': 'projectMember',
  'volume_extension:volume_actions:attach': 'projectMember',
  'volume_extension:volume_actions:detach': 'projectMember',
  'volume_extension:volume_actions:reserve': 'projectMember',
  'volume_extension:volume_actions:unreserve': 'projectMember',
  'volume_extension:volume_actions:begin_detaching': 'projectMember',
  'volume_extension:volume_actions:roll_detaching': 'projectMember',
  'volume_extension:volume_actions:initialize_connection': 'projectMember',
  'volume_extension:volume_actions:terminate_connection': 'projectMember',
  'volume_extension:volume_admin_actions:force_detach': 'admin',
};
