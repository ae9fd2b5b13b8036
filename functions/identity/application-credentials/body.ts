import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { boolean, idText, longText, nameText, secretText } from '../schemas.ts';
import { accessRuleList } from './access-rules.ts';

export const credentialCreateBody = Type.Object(
  {
    application_credential: Type.Object({
      name: nameText(),
      description: Type.Optional(longText()),
      secret: Type.Optional(Type.Union([secretText(), Type.Null()])),
      expires_at: Type.Optional(text({ nullable: true })),
      roles: Type.Optional(
        Type.Array(Type.Object({ id: Type.Optional(idText()), name: Type.Optional(nameText()) }), { maxItems: 100 }),
      ),
      unrestricted: Type.Optional(boolean({ nullable: true })),
      access_rules: Type.Optional(accessRuleList()),
    }),
  },
  { hidesValues: true },
);
