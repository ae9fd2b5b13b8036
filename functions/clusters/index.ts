// Clusters: volume services that are named, disabled, frozen and failed over together. Services make them by
// belonging to them (SCORIA_CLUSTER); nobody makes one here.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import type { Mode } from '../http/view.ts';
import { clusterNotFound } from '../services/backend.ts';
import { disableBody, enableBody } from './body.ts';
import { clusterRules } from './policy.ts';
import { clusterFilters, readClusterFilters } from './query.ts';
import { findCluster, listClusters, setClusterDisabled } from './store.ts';
import { clusterView } from './view.ts';

/** The only binary whose services are in clusters. */
const usual = 'cinder-volume';

const list = (mode: Mode) => async (call: Call) => {
  const filters = readClusterFilters(call);
  const rows = await listClusters(call.ports.database, filters, timestamp(call.ports.clock));
  return { clusters: rows.map(clusterView.for(call, mode)) };
};

async function show(call: Call<unknown, 'cluster_name'>) {
  const name = call.params.cluster_name;
  const binary = call.query.get('binary') ?? usual;
  if (`${name}${binary}`.includes('\u0000')) throw notFound(clusterNotFound('?'));
  const now = timestamp(call.ports.clock);
  const row = await findCluster(call.ports.database, { name, binary, now });
  if (row === null) throw notFound(clusterNotFound(name));
  return { cluster: clusterView.for(call, 'detail')(row) };
}

async function change(call: Call<Static<typeof enableBody>>, disabled: boolean, reason: string | null) {
  const { name, binary } = call.body;
  const now = timestamp(call.ports.clock);
  const changed = { name, binary: binary ?? usual, disabled, reason, now };
  const row = await setClusterDisabled(call.ports.database, changed);
  if (row === null) throw notFound(clusterNotFound(name));
  return { cluster: { ...clusterView.for(call, 'summary')(row), disabled_reason: row.disabled_reason } };
}

/** Its services are given new volumes again, unless they are disabled themselves; the reason why not is forgotten. */
const enable = (call: Call<Static<typeof enableBody>>) => change(call, false, null);

/** No new volume is placed on any of its services; those that are there go on being served. */
const disable = (call: Call<Static<typeof disableBody>>) => change(call, true, call.body.disabled_reason || null);

const since = '3.7';
const reads = { method: 'GET', since, success: 200 } as const;
const changes = {
  method: 'PUT',
  since,
  success: 200,
  policy: ['clusters:update'],
  answers: is.object({
    cluster: is.beside(clusterView.type('summary'), { disabled_reason: is.orNull(is.text) }),
  }),
} as const;
const lists = (mode: Mode) =>
  ({
    ...reads,
    policy: ['clusters:get_all'],
    queryParameters: clusterFilters,
    answers: is.object({ clusters: is.listOf(clusterView.type(mode)) }),
    handler: list(mode),
  }) as const;

export const clusters: Resource = {
  name: 'clusters',
  rules: clusterRules,
  operations: [
    operation({ ...lists('summary'), name: 'cluster-list', summary: 'List clusters', path: '/clusters' }),
    operation({
      ...lists('detail'),
      name: 'cluster-list-detail',
      summary: 'List clusters with details',
      path: '/clusters/detail',
    }),
    operation({
      name: 'cluster-show',
      summary: 'Show a cluster',
      ...reads,
      path: '/clusters/{cluster_name}',
      policy: ['clusters:get'],
      queryParameters: { binary: 'cinder-volume' },
      answers: is.object({ cluster: clusterView.type('detail') }),
      handler: show,
    }),
    operation({
      name: 'cluster-enable',
      summary: 'Enable a cluster',
      ...changes,
      path: '/clusters/enable',
      body: enableBody,
      handler: enable,
    }),
    operation({
      name: 'cluster-disable',
      summary: 'Disable a cluster',
      ...changes,
      path: '/clusters/disable',
      body: disableBody,
      handler: disable,
    }),
  ],
};
