import * as Type from '@sinclair/typebox';
import { integer, text } from '../../http/schemas.ts';
import { idText, longText, nameText } from '../schemas.ts';

/** -1: as much as anybody wants. */
export const limitNumber = () => integer({ min: -1 });
export const regionId = () => text({ max: 255, nullable: true });
const strict = { additionalProperties: false } as const;
/** Of one request. */
export const mostAtOnce = 100;

export const registeredLimitCreateBody = Type.Object({
  registered_limits: Type.Array(
    Type.Object(
      {
        service_id: idText(),
        region_id: Type.Optional(regionId()),
        resource_name: nameText(),
        default_limit: limitNumber(),
        description: Type.Optional(longText()),
      },
      strict,
    ),
    { minItems: 1, maxItems: mostAtOnce },
  ),
});

export const registeredLimitUpdateBody = Type.Object({
  registered_limit: Type.Object(
    {
      service_id: Type.Optional(idText()),
      region_id: Type.Optional(regionId()),
      resource_name: Type.Optional(nameText()),
      default_limit: Type.Optional(limitNumber()),
      description: Type.Optional(longText()),
    },
    strict,
  ),
});
