import type { TSchema } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { inPython } from '../http/python.ts';
import { isUuid, nothing, text, uuid, valueSchema, word } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

/** What os-brick says of a host. Kept as it is; the largest one seen has less than 2 KiB. */
export type Connector = Readonly<Record<string, unknown>>;
const largestConnector = 16_384;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function connectorProblem(value: unknown): string | null {
  if (!isObject(value)) return `${inPython(value)} is not of type 'object'`;
  const json = JSON.stringify(value);
  if (json.includes('\\u0000')) return `${inPython(value)} has a null character`;
  return json.length > largestConnector ? `${inPython(value)} is too long` : null;
}

/** A connector that says something. */
const connector = () =>
  valueSchema<Connector>(
    { type: 'object', minProperties: 1 },
    {
      check: (value) =>
        isObject(value) && Object.keys(value).length === 0
          ? `${inPython(value)} does not have enough properties`
          : connectorProblem(value),
      read: (value) => value as Connector, // checked above
    },
  );

/** A connector; null and an empty one are none. */
const noConnector = () =>
  valueSchema<Connector | null>(
    { type: ['object', 'null'] },
    {
      check: (value) => (value === null ? null : connectorProblem(value)),
      read: (value) => (isObject(value) && Object.keys(value).length > 0 ? value : null),
    },
  );

export const createBody = Type.Object(
  {
    attachment: Type.Object(
      {
        volume_uuid: uuid(),
        instance_uuid: Type.Optional(uuid({ nullable: true })),
        connector: Type.Optional(noConnector()),
        mode: Type.Optional(word(['rw', 'ro'], { since: '3.54' })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object({ attachment: Type.Object({ connector: connector() }, strict) }, strict);

const action = <T extends TSchema, Name extends string>(name: Name, schema: T) =>
  Type.Object({ [name]: schema } as Record<Name, T>, strict); // a computed key loses its name

export const completeBody = action('os-complete', nothing());
export const reserveBody = action('os-reserve', nothing());
export const unreserveBody = action('os-unreserve', nothing());
export const beginDetachingBody = action('os-begin_detaching', nothing());
export const rollDetachingBody = action('os-roll_detaching', nothing());

export const attachBody = action(
  'os-attach',
  Type.Object(
    {
      instance_uuid: Type.Optional(uuid({ nullable: true })),
      host_name: Type.Optional(text({ nullable: true })),
      mountpoint: text({ min: 1 }),
      mode: Type.Optional(word(['rw', 'ro'])),
    },
    strict,
  ),
);

interface Detach {
  readonly attachment_id: string | null;
}

/** `null`, or an object that may name the attachment. */
const detach = () =>
  valueSchema<Detach>(
    { type: ['null', 'object'], properties: { attachment_id: { type: ['string', 'null'], format: 'uuid' } } },
    {
      check(value) {
        if (value === null) return null;
        if (!isObject(value)) return `${inPython(value)} is not of type 'object'`;
        const unknown = Object.keys(value).find((key) => key !== 'attachment_id');
        if (unknown !== undefined) {
          return `Additional properties are not allowed (${inPython(unknown)} was unexpected)`;
        }
        const id = value.attachment_id;
        return id == null || (typeof id === 'string' && isUuid(id)) ? null : `${inPython(id)} is not a 'uuid'`;
      },
      read: (value) => ({ attachment_id: isObject(value) ? idOf(value.attachment_id) : null }),
    },
  );

const idOf = (value: unknown) => (typeof value === 'string' ? value : null);

export const detachBody = action('os-detach', detach());

export const forceDetachBody = action(
  'os-force_detach',
  Type.Object(
    { attachment_id: Type.Optional(uuid({ nullable: true })), connector: Type.Optional(noConnector()) },
    strict,
  ),
);

export const initializeBody = action('os-initialize_connection', Type.Object({ connector: connector() }, strict));
export const terminateBody = action('os-terminate_connection', Type.Object({ connector: noConnector() }, strict));
