// Services: which there are, whether they live, and whether work is given to them.
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { disableLogReasonBody, enableBody, failoverBody, freezeBody, getLogBody, setLogBody } from './body.ts';
import { disable, disableLogReason, enable, freeze, thaw } from './change.ts';
import { failover } from './failover.ts';
import { getLog, setLog } from './log-levels.ts';
import { serviceRules } from './policy.ts';
import { listServices } from './store.ts';
import { serviceView } from './view.ts';

/** A query parameter that is compared with a name; no name has a null character, and PostgreSQL takes none. */
const nameIn = (query: URLSearchParams, key: string) => query.get(key)?.replaceAll('\u0000', '?') ?? null;

async function list(call: Call) {
  const rows = await listServices(call.ports.database, {
    binary: nameIn(call.query, 'binary')?.toLowerCase() ?? null,
    host: nameIn(call.query, 'host'),
    now: timestamp(call.ports.clock),
  });
  return { services: rows.map(serviceView.for(call, 'detail')) };
}

const update = 'volume_extension:services:update';
const switched = {
  host: is.text,
  service: is.text,
  binary: is.text,
  disabled: is.boolean,
  status: is.word('enabled', 'disabled'),
} as const;
const logLevel = is.object({ binary: is.text, host: is.text, levels: is.texts });

const put = { method: 'PUT', success: 200 } as const;
const failing = {
  method: 'PUT',
  policy: [update, 'volume:failover_host'],
  success: 202,
  body: failoverBody,
  handler: failover,
} as const;

export const services: Resource = {
  name: 'services',
  rules: serviceRules,
  operations: [
    operation({
      name: 'service-list',
      summary: 'List services',
      method: 'GET',
      path: '/os-services',
      policy: ['volume_extension:services:index'],
      success: 200,
      queryParameters: { host: 'a host, or host@backend', binary: 'cinder-volume or cinder-scheduler' },
      answers: is.object({ services: is.listOf(serviceView.type('detail')) }),
      handler: list,
    }),
    operation({
      name: 'service-enable',
      summary: 'Enable a service',
      ...put,
      path: '/os-services/enable',
      policy: [update],
      body: enableBody,
      answers: is.object({ ...switched, disabled_reason: is.nothing }),
      handler: enable,
    }),
    operation({
      name: 'service-disable',
      summary: 'Disable a service',
      ...put,
      path: '/os-services/disable',
      policy: [update],
      body: enableBody,
      answers: is.object(switched),
      handler: disable,
    }),
    operation({
      name: 'service-disable-log-reason',
      summary: 'Disable a service and record the reason',
      ...put,
      path: '/os-services/disable-log-reason',
      policy: [update],
      body: disableLogReasonBody,
      answers: is.object({ ...switched, disabled_reason: is.text }),
      handler: disableLogReason,
    }),
    operation({
      name: 'service-freeze',
      summary: 'Freeze a back end',
      ...put,
      path: '/os-services/freeze',
      policy: [update, 'volume:freeze_host'],
      body: freezeBody,
      handler: freeze,
    }),
    operation({
      name: 'service-thaw',
      summary: 'Thaw a back end',
      ...put,
      path: '/os-services/thaw',
      policy: [update, 'volume:thaw_host'],
      body: freezeBody,
      handler: thaw,
    }),
    operation({
      name: 'service-failover-host',
      summary: 'Fail over a back end to its replication target',
      ...failing,
      path: '/os-services/failover_host',
    }),
    operation({
      name: 'service-failover',
      summary: 'Fail over a back end or a cluster',
      ...failing,
      path: '/os-services/failover',
      since: '3.26',
    }),
    operation({
      name: 'service-set-log',
      summary: 'Set the log level',
      method: 'PUT',
      path: '/os-services/set-log',
      since: '3.32',
      policy: [update],
      success: 202,
      body: setLogBody,
      handler: setLog,
    }),
    operation({
      name: 'service-get-log',
      summary: 'Show the log level',
      ...put,
      path: '/os-services/get-log',
      since: '3.32',
      policy: [update],
      body: getLogBody,
      answers: is.object({ log_levels: is.listOf(logLevel) }),
      handler: getLog,
    }),
  ],
};
