// The operations that take volumes over and give them up.

import * as is from '../../http/answer-types.ts';
import { operation } from '../../http/operation.ts';
import { unmanageVolume } from '../delete.ts';
import { onVolume } from '../store.ts';
import { volumeView } from '../view.ts';
import { manageBody, unmanageBody } from './body.ts';
import { manageVolume } from './manage.ts';

const manages = {
  // The fields of 3.0 whatever the microversion.
  answers: is.at('3.0', is.object({ volume: volumeView.type('summary') })),
  method: 'POST',
  policy: ['volume_extension:volume_manage'],
  success: 202,
  body: manageBody,
  handler: manageVolume,
} as const;

export const manageOperations = [
  operation({
    ...manages,
    name: 'manageable-volume-manage',
    summary: 'Manage an existing volume of a back end',
    path: '/manageable_volumes',
    since: '3.8',
  }),
  operation({
    ...manages,
    name: 'volume-manage',
    summary: 'Manage an existing volume of a back end (extension)',
    path: '/os-volume-manage',
  }),
  operation({
    name: 'volume-unmanage',
    summary: 'Unmanage a volume: forget it and keep its data',
    method: 'POST',
    path: '/volumes/{volume_id}/action',
    action: 'os-unmanage',
    policy: ['volume_extension:volume_unmanage'],
    success: 202,
    target: onVolume,
    body: unmanageBody,
    handler: unmanageVolume,
  }),
];
