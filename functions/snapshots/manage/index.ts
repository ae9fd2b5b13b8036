// The operations that take snapshots over and give them up.

import * as is from '../../http/answer-types.ts';
import { operation } from '../../http/operation.ts';
import { ofVolume } from '../../volumes/store.ts';
import { unmanageSnapshot } from '../delete.ts';
import { onSnapshot } from '../store.ts';
import { snapshotView } from '../view.ts';
import { manageBody, unmanageBody } from './body.ts';
import { manageSnapshot } from './manage.ts';

const manages = {
  // The fields of 3.0 whatever the microversion.
  answers: is.at('3.0', is.object({ snapshot: snapshotView.type('summary') })),
  method: 'POST',
  policy: ['snapshot_extension:snapshot_manage'],
  success: 202,
  body: manageBody,
  handler: manageSnapshot,
  target: ofVolume,
} as const;

export const manageOperations = [
  operation({
    ...manages,
    name: 'manageable-snapshot-manage',
    summary: 'Manage an existing snapshot of a back end',
    path: '/manageable_snapshots',
    since: '3.8',
  }),
  operation({
    ...manages,
    name: 'snapshot-manage',
    summary: 'Manage an existing snapshot of a back end (extension)',
    path: '/os-snapshot-manage',
  }),
  operation({
    name: 'snapshot-unmanage',
    summary: 'Unmanage a snapshot: forget it and keep its data',
    method: 'POST',
    path: '/snapshots/{snapshot_id}/action',
    action: 'os-unmanage',
    policy: ['snapshot_extension:snapshot_unmanage'],
    success: 202,
    target: onSnapshot,
    body: unmanageBody,
    handler: unmanageSnapshot,
  }),
];
