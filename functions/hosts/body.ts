import * as Type from '@sinclair/typebox';
import { word } from '../http/schemas.ts';

export const updateBody = Type.Object({ status: word(['enable', 'disable']) }, { additionalProperties: false });
