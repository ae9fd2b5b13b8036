// The rules that other rules are built from, under the names that operators know, and the six words as checks.

/**
 * - `anyone`: every valid token.
 * - `projectReader`, `projectMember`, `projectAdmin`: that role on the project that owns the target, or `admin`.
 * - `admin`: the role admin.
 * - `service`: the role service, or admin.
 */
export type Word = 'anyone' | 'projectReader' | 'projectMember' | 'projectAdmin' | 'admin' | 'service';

/** Rules by their name in Cinder, each with its word. */
export type Rules = Readonly<Record<string, Word>>;

/** A file may redefine each of these, and every rule built from it follows. */
export const baseRules: Readonly<Record<string, string>> = {
  // Who passes `is_admin:True`, and so reaches every project's resources.
  context_is_admin: 'role:admin',
  owner: 'project_id:%(project_id)s',
  admin_api: 'is_admin:True',
  admin_or_owner: 'is_admin:True or project_id:%(project_id)s',
  admin_or_service: 'is_admin:True or role:service',
  system_or_domain_or_project_admin:
    '(role:admin and system_scope:all) or (role:admin and domain_id:%(domain_id)s) or (role:admin and project_id:%(project_id)s)',
  xena_system_admin_or_project_reader: 'role:admin or (role:reader and project_id:%(project_id)s)',
  xena_system_admin_or_project_member: 'role:admin or (role:member and project_id:%(project_id)s)',
  xena_system_admin_or_project_admin: 'role:admin or (role:admin and project_id:%(project_id)s)',
  // Their names where implied roles are taken for granted.
  system_admin_or_project_reader: 'rule:xena_system_admin_or_project_reader',
  system_admin_or_project_member: 'rule:xena_system_admin_or_project_member',
};

/**
 * Rules that Cinder has split, each with those that replaced it: what a file says about the old name applies to each
 * new name that the file does not mention.
 */
export const formerNames: Readonly<Record<string, readonly string[]>> = {
  'group:group_types_manage': ['create', 'update', 'delete'].map((verb) => `group:group_types:${verb}`),
  'group:group_types_specs': ['get', 'get_all', 'create', 'update', 'delete'].map(
    (verb) => `group:group_types_specs:${verb}`,
  ),
  'volume_extension:quota_classes': ['get', 'update'].map((verb) => `volume_extension:quota_classes:${verb}`),
  'volume_extension:types_manage': ['create', 'update', 'delete'].map((verb) => `volume_extension:type_${verb}`),
  'volume_extension:volume_image_metadata': ['show', 'set', 'remove'].map(
    (verb) => `volume_extension:volume_image_metadata:${verb}`,
  ),
};

/** Each word as a check string: the default of the rules with that word. */
export const wordChecks: Readonly<Record<Word, string>> = {
  anyone: '',
  projectReader: 'rule:xena_system_admin_or_project_reader',
  projectMember: 'rule:xena_system_admin_or_project_member',
  projectAdmin: 'rule:xena_system_admin_or_project_admin',
  admin: 'rule:admin_api',
  service: 'rule:admin_or_service',
};
