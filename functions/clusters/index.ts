// Clusters: there are none. Workers of one back end share its queue, and nothing has to be told that they do.
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import * as is from '../http/shape.ts';
import { disableBody, enableBody } from './body.ts';
import { clusterRules } from './policy.ts';

const absent = (name: string) => notFound(`Cluster ${name.slice(0, 255)} could not be found.`);

async function list() {
  return { clusters: [] };
}

async function show(call: Call): Promise<never> {
  throw absent(call.params.cluster_name ?? '');
}

async function update(call: Call<{ readonly name: string }>): Promise<never> {
  throw absent(call.body.name);
}

const summary = {
  name: is.text,
  binary: is.text,
  state: is.word('up', 'down'),
  status: is.word('enabled', 'disabled'),
  replication_status: is.since('3.26', is.orNull(is.text)),
} as const;
const details = {
  ...summary,
  num_hosts: is.count,
  num_down_hosts: is.count,
  last_heartbeat: is.orNull(is.moment),
  created_at: is.moment,
  updated_at: is.orNull(is.moment),
  disabled_reason: is.orNull(is.text),
  frozen: is.since('3.26', is.boolean),
  active_backend_id: is.since('3.26', is.orNull(is.text)),
} as const;

const since = '3.7';
const reads = { method: 'GET', since, success: 200 } as const;
const changes = { method: 'PUT', since, success: 200, policy: ['clusters:update'] } as const;

export const clusters: Resource = {
  name: 'clusters',
  rules: clusterRules,
  operations: [
    operation({
      name: 'cluster-list',
      summary: 'List clusters',
      ...reads,
      path: '/clusters',
      policy: ['clusters:get_all'],
      answers: is.object({ clusters: is.listOf(is.object(summary)) }),
      handler: list,
    }),
    operation({
      name: 'cluster-list-detail',
      summary: 'List clusters with details',
      ...reads,
      path: '/clusters/detail',
      policy: ['clusters:get_all'],
      answers: is.object({ clusters: is.listOf(is.object(details)) }),
      handler: list,
    }),
    operation({
      name: 'cluster-show',
      summary: 'Show a cluster',
      ...reads,
      path: '/clusters/{cluster_name}',
      policy: ['clusters:get'],
      queryParameters: { binary: 'cinder-volume' },
      answers: is.object({ cluster: is.object(details) }),
      handler: show,
    }),
    operation({
      name: 'cluster-enable',
      summary: 'Let volumes be placed on a cluster',
      ...changes,
      path: '/clusters/enable',
      body: enableBody,
      answers: is.object({ cluster: is.object(summary) }),
      handler: update,
    }),
    operation({
      name: 'cluster-disable',
      summary: 'Place no volume on a cluster',
      ...changes,
      path: '/clusters/disable',
      body: disableBody,
      answers: is.object({ cluster: is.object(summary) }),
      handler: update,
    }),
  ],
};
