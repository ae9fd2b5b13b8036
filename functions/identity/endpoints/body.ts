import * as Type from '@sinclair/typebox';
import { text, word } from '../../http/schemas.ts';
import { boolean, idText, longText } from '../schemas.ts';

const url = () => text({ min: 1, max: 225 });
const region = () => text({ max: 255, nullable: true });
const interfaceWord = () => word(['public', 'internal', 'admin']);

export const endpointCreateBody = Type.Object({
  endpoint: Type.Object({
    interface: interfaceWord(),
    service_id: idText(),
    url: url(),
    region_id: Type.Optional(region()),
    region: Type.Optional(region()),
    name: Type.Optional(text({ max: 255, nullable: true })),
    description: Type.Optional(longText()),
    enabled: Type.Optional(boolean()),
  }),
});

export const endpointUpdateBody = Type.Object({
  endpoint: Type.Object({
    interface: Type.Optional(interfaceWord()),
    service_id: Type.Optional(idText()),
    url: Type.Optional(url()),
    region_id: Type.Optional(region()),
    region: Type.Optional(region()),
    name: Type.Optional(text({ max: 255, nullable: true })),
    description: Type.Optional(longText()),
    enabled: Type.Optional(boolean()),
  }),
});
