import { seesAllSpecs, shownSpecs, type VolumeTypeRow } from '../../schema/volume-types.ts';
import * as is from '../http/answer-types.ts';
import { type Fields, field, view } from '../http/view.ts';

const base: Fields<VolumeTypeRow> = {
  id: field(is.uuid, (row) => row.id),
  name: field(is.text, (row) => row.name),
  is_public: field(is.boolean, (row) => row.is_public),
  description: field(is.orNull(is.text), (row) => row.description),
  extra_specs: field(is.texts, (row, context) => shownSpecs(row.extra_specs, context.allows(seesAllSpecs)), {
    policy: 'volume_extension:access_types_extra_specs',
  }),
};

const access: Fields<VolumeTypeRow> = {
  'os-volume-type-access:is_public': field(is.boolean, (row) => row.is_public, {
    policy: 'volume_extension:volume_type_access',
  }),
};

/** A type in a list and where it is shown. */
export const typeView = view<VolumeTypeRow>({
  ...base,
  ...access,
  qos_specs_id: field(is.orNull(is.uuid), (row) => row.qos_specs_id, {
    policy: 'volume_extension:access_types_qos_specs_id',
  }),
});

/** The answers to create and update have fewer fields, and tempest refuses one too many. */
export const createdTypeView = view<VolumeTypeRow>({ ...base, ...access });
export const updatedTypeView = view<VolumeTypeRow>(base);
