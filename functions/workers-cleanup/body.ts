import * as Type from '@sinclair/typebox';
import { flag, integer, text, uuid, word } from '../http/schemas.ts';

/** Whose work. Ids of services are UUIDs here, so that the number `service_id` chooses nothing. */
export const cleanupBody = Type.Object(
  {
    cluster_name: Type.Optional(text({ min: 1, nullable: true })),
    service_id: Type.Optional(integer({ min: 0, nullable: true })),
    host: Type.Optional(text({ min: 1, nullable: true })),
    binary: Type.Optional(word(['cinder-volume', 'cinder-scheduler'], { nullable: true })),
    is_up: Type.Optional(flag({ nullable: true })),
    disabled: Type.Optional(flag({ nullable: true })),
    resource_id: Type.Optional(uuid({ nullable: true })),
    resource_type: Type.Optional(word(['volume', 'snapshot'], { nullable: true })),
  },
  { additionalProperties: false },
);
