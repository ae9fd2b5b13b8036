// The operations of the older calls, as data.

import * as is from '../../http/answer-types.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { onVolume } from '../../volumes/store.ts';
import * as bodies from '../body.ts';
import { detachVolume, forceDetachVolume } from '../remove.ts';
import { initializeConnection, terminateConnection } from './connection.ts';
import { attachVolume } from './os-attach.ts';
import { beginDetaching, reserve, rollDetaching, unreserve } from './status.ts';

const action = {
  method: 'POST',
  path: '/volumes/{volume_id}/action',
  success: 202,
  target: onVolume,
} as const;
/** What a driver says of a connection, and what everybody says beside it. */
const connectionInfo = is.open({ driver_volume_type: is.text, data: is.record });

const rule = (name: string) => [`volume_extension:volume_actions:${name}`];

export const volumeActions: readonly Operation[] = [
  operation({
    name: 'volume-attach',
    summary: 'Record that a server or a host has attached the volume',
    ...action,
    action: 'os-attach',
    policy: rule('attach'),
    body: bodies.attachBody,
    handler: attachVolume,
  }),
  operation({
    name: 'volume-detach',
    summary: 'Remove an attachment of the volume',
    ...action,
    action: 'os-detach',
    policy: rule('detach'),
    body: bodies.detachBody,
    handler: detachVolume,
  }),
  operation({
    name: 'volume-reserve',
    summary: 'Mark the volume as about to be attached',
    ...action,
    action: 'os-reserve',
    policy: rule('reserve'),
    body: bodies.reserveBody,
    handler: reserve,
  }),
  operation({
    name: 'volume-unreserve',
    summary: 'Release a reservation',
    ...action,
    action: 'os-unreserve',
    policy: rule('unreserve'),
    body: bodies.unreserveBody,
    handler: unreserve,
  }),
  operation({
    name: 'volume-begin-detaching',
    summary: 'Mark the volume as about to be detached',
    ...action,
    action: 'os-begin_detaching',
    policy: rule('begin_detaching'),
    body: bodies.beginDetachingBody,
    handler: beginDetaching,
  }),
  operation({
    name: 'volume-roll-detaching',
    summary: 'Undo begin-detaching',
    ...action,
    action: 'os-roll_detaching',
    policy: rule('roll_detaching'),
    body: bodies.rollDetachingBody,
    handler: rollDetaching,
  }),
  operation({
    name: 'volume-initialize-connection',
    summary: 'Connect a host and say how it reaches the volume',
    ...action,
    success: 200,
    action: 'os-initialize_connection',
    policy: rule('initialize_connection'),
    body: bodies.initializeBody,
    answers: is.object({ connection_info: connectionInfo }),
    handler: initializeConnection,
  }),
  operation({
    name: 'volume-terminate-connection',
    summary: 'Disconnect a host',
    ...action,
    action: 'os-terminate_connection',
    policy: rule('terminate_connection'),
    body: bodies.terminateBody,
    handler: terminateConnection,
  }),
  operation({
    name: 'volume-force-detach',
    summary: 'Remove an attachment under the rule for admins; one in use by a server needs a service token',
    ...action,
    action: 'os-force_detach',
    policy: ['volume_extension:volume_admin_actions:force_detach'],
    body: bodies.forceDetachBody,
    handler: forceDetachVolume,
  }),
];
