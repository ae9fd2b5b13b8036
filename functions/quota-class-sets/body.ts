import * as Type from '@sinclair/typebox';
import { anyObject } from '../http/schemas.ts';

/** Limits by key. The keys depend on the volume types there are, so readLimits() checks them. */
export const updateBody = Type.Object({ quota_class_set: anyObject() }, { additionalProperties: false });
