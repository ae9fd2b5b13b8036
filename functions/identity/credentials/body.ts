import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { idText, secretText } from '../schemas.ts';

const secret = { hidesValues: true } as const;
/** Characters of what is kept: a certificate with its chain and its key. */
const longestBlob = 16_384;
const blob = () => secretText(longestBlob);
const type = () => text({ min: 1 });
const projectId = () => text({ max: 255, nullable: true });

export const userCredentialCreateBody = Type.Object(
  {
    credential: Type.Object({
      blob: blob(),
      type: type(),
      user_id: Type.Optional(idText()),
      project_id: Type.Optional(projectId()),
    }),
  },
  secret,
);

export const userCredentialUpdateBody = Type.Object(
  {
    credential: Type.Object({
      blob: Type.Optional(blob()),
      type: Type.Optional(type()),
      user_id: Type.Optional(idText()),
      project_id: Type.Optional(projectId()),
    }),
  },
  secret,
);

export const ec2CreateBody = Type.Object({ tenant_id: idText() });
