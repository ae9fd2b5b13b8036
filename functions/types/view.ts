import { seesAllSpecs, shownSpecs, type VolumeTypeRow } from '../../schema/volume-types.ts';
import { type Fields, type Look, view } from '../http/view.ts';

const base: Fields<VolumeTypeRow> = {
  id: (row) => row.id,
  name: (row) => row.name,
  is_public: (row) => row.is_public,
  description: (row) => row.description,
  extra_specs: {
    policy: 'volume_extension:access_types_extra_specs',
    get: (row, look: Look) => shownSpecs(row.extra_specs, look.allows(seesAllSpecs)),
  },
};

const access: Fields<VolumeTypeRow> = {
  'os-volume-type-access:is_public': {
    policy: 'volume_extension:volume_type_access',
    get: (row) => row.is_public,
  },
};

/** A type in a list and where it is shown. */
export const typeView = view<VolumeTypeRow>({
  ...base,
  ...access,
  qos_specs_id: { policy: 'volume_extension:access_types_qos_specs_id', get: (row) => row.qos_specs_id },
});

/** The answers to create and update have fewer fields, and tempest refuses one too many. */
export const createdTypeView = view<VolumeTypeRow>({ ...base, ...access });
export const updatedTypeView = view<VolumeTypeRow>(base);
