// Hosts: the services by their old name, and how much there is on each.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { time } from '../http/view.ts';
import { listServices, setDisabled } from '../services/store.ts';
import { updateBody } from './body.ts';
import { hostRules } from './policy.ts';
import { readUsage, type UsageRow } from './store.ts';

const absent = (host: string) => notFound(`Host ${host.slice(0, 255)} could not be found.`);

/** The host of the path; 404 for what can be no name. */
function hostOf(call: Call<unknown, 'host_name'>): string {
  const host = call.params.host_name;
  if (host.includes('\u0000')) throw absent('?');
  return host;
}

async function list(call: Call) {
  const zone = call.query.get('zone');
  const now = timestamp(call.ports.clock);
  const rows = await listServices(call.ports.database, { binary: null, host: null, now });
  return {
    hosts: rows
      .filter((row) => zone === null || row.zone === zone)
      .map((row) => ({
        host_name: row.host,
        service: row.binary,
        zone: row.zone,
        'service-status': row.is_up ? 'available' : 'unavailable',
        'service-state': row.is_disabled ? 'disabled' : 'enabled',
        'last-update': time(row.updated_at),
      })),
  };
}

/** Counts are texts, as they have always been. */
const resource = (host: string, row: UsageRow) => ({
  resource: {
    host,
    project: row.project_id ?? '(total)',
    volume_count: String(row.volumes),
    total_volume_gb: String(row.volume_gib),
    snapshot_count: String(row.snapshots),
    total_snapshot_gb: String(row.snapshot_gib),
  },
});

async function show(call: Call<unknown, 'host_name'>) {
  const host = hostOf(call);
  const rows = await readUsage(call.ports.database, host);
  if (rows.length === 0) throw absent(host);
  return { host: rows.map((row) => resource(row.host, row)) };
}

/** The same as enabling and disabling the volume service: whether new volumes are placed there. */
async function update(call: Call<Static<typeof updateBody>, 'host_name'>) {
  const host = hostOf(call);
  const disabled = call.body.status === 'disable';
  const change = { host, binary: 'cinder-volume', disabled, reason: null };
  const found = await setDisabled(call.ports.database, change);
  if (found === null) throw absent(host);
  return { host: found, status: disabled ? 'disabled' : 'enabled' };
}

const host = is.object({
  host_name: is.text,
  service: is.text,
  zone: is.text,
  'service-status': is.word('available', 'unavailable'),
  'service-state': is.word('enabled', 'disabled'),
  'last-update': is.orNull(is.moment),
});
const digits = is.matching(/^\d+$/);
const usage = is.object({
  host: is.text,
  project: is.text,
  volume_count: digits,
  total_volume_gb: digits,
  snapshot_count: digits,
  total_snapshot_gb: digits,
});

const one = '/os-hosts/{host_name}';
const rule = { policy: ['volume_extension:hosts'], success: 200 } as const;

export const hosts: Resource = {
  name: 'hosts',
  rules: hostRules,
  operations: [
    operation({
      name: 'host-list',
      summary: 'List hosts',
      method: 'GET',
      path: '/os-hosts',
      ...rule,
      queryParameters: { zone: 'an availability zone' },
      answers: is.object({ hosts: is.listOf(host) }),
      handler: list,
    }),
    operation({
      name: 'host-show',
      summary: 'Show what each project has on a host',
      method: 'GET',
      path: one,
      ...rule,
      answers: is.object({ host: is.listOf(is.object({ resource: usage })) }),
      handler: show,
    }),
    operation({
      name: 'host-update',
      summary: 'Enable or disable a host',
      method: 'PUT',
      path: one,
      ...rule,
      body: updateBody,
      answers: is.object({ host: is.text, status: is.word('enabled', 'disabled') }),
      handler: update,
    }),
  ],
};
