import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { limitNumber, mostAtOnce, regionId } from '../registered-limits/body.ts';
import { idText, longText, nameText } from '../schemas.ts';

const strict = { additionalProperties: false } as const;
const owner = () => Type.Optional(text({ max: 255, nullable: true }));

export const projectLimitCreateBody = Type.Object({
  limits: Type.Array(
    Type.Object(
      {
        service_id: idText(),
        region_id: Type.Optional(regionId()),
        resource_name: nameText(),
        resource_limit: limitNumber(),
        project_id: owner(),
        domain_id: owner(),
        description: Type.Optional(longText()),
      },
      strict,
    ),
    { minItems: 1, maxItems: mostAtOnce },
  ),
});

export const projectLimitUpdateBody = Type.Object({
  limit: Type.Object({ resource_limit: Type.Optional(limitNumber()), description: Type.Optional(longText()) }, strict),
});
