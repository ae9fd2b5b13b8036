import * as Type from '@sinclair/typebox';
import { text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

const project = () => Type.Object({ project: text({ min: 1 }) }, strict);

export const addBody = Type.Object({ addProjectAccess: project() }, strict);
export const removeBody = Type.Object({ removeProjectAccess: project() }, strict);
