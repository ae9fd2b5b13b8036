import * as Type from '@sinclair/typebox';
import { badRequest } from '../http/faults.ts';
import { stringMap, text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;
const specKey = /^[a-zA-Z0-9\-_:. /]{1,255}$/;

/** The specs stand beside name and consumer, under any key: read them with readSpecs(). */
const open = { keepUnknown: true } as const;

export const createBody = Type.Object(
  { qos_specs: Type.Object({ name: text({ min: 1 }), consumer: Type.Optional(text()) }, open) },
  strict,
);

export const setBody = Type.Object({ qos_specs: stringMap({ key: specKey, nullValues: true }) }, strict);

export const deleteKeysBody = Type.Object({ keys: Type.Array(text({ min: 1 }), { maxItems: 1024 }) }, strict);

export const consumers: readonly string[] = ['front-end', 'back-end', 'both'];

/** Refuses a consumer that is none of the three. */
export function checkConsumer(consumer: string): string {
  if (consumers.includes(consumer)) return consumer;
  throw badRequest("Invalid qos specs: Valid consumer of QoS specs are: ['front-end', 'back-end', 'both']");
}

/** The specs of a body without its other fields. Refuses keys and values that cannot be kept. */
export function readSpecs(body: Readonly<Record<string, unknown>>): Record<string, string> {
  const { name: _, consumer: __, ...rest } = body;
  for (const [key, value] of Object.entries(rest)) {
    if (!specKey.test(key))
      throw badRequest('Additional properties are not allowed: a key of QoS specs has bad characters');
    if (typeof value !== 'string' || value.includes('\u0000') || [...value].length > 255) {
      throw badRequest(
        `Invalid input for field/attribute ${key}. A value of QoS specs is a string of at most 255 characters.`,
      );
    }
  }
  return rest as Record<string, string>; // every value was just seen to be a string
}
