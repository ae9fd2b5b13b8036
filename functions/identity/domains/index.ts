// Domains: what users and projects belong to.

import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameDomain } from '../faults.ts';
import { enabledFilter, filter, newId, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { domainCreateBody, domainUpdateBody } from './body.ts';
import { domainRules } from './policy.ts';
import { deleteDomain, insertDomain, listDomains, showDomain, updateDomain } from './store.ts';
import { domainView } from './view.ts';

const create = operation({
  name: 'domain-create',
  summary: 'Create a domain',
  method: 'POST',
  path: '/domains',
  policy: ['identity:create_domain'],
  body: domainCreateBody,
  success: 201,
  handler: async (call) => {
    const { name, description, enabled = true } = call.body.domain;
    const row = { id: newId(call), name, description: description ?? '', enabled };
    const now = timestamp(call.ports.clock);
    await orConflict('domains_name', () => sameDomain(name), insertDomain(call.ports.database, row, now));
    return { domain: domainView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'domain-list',
  summary: 'List domains',
  method: 'GET',
  path: '/domains',
  policy: ['identity:list_domains'],
  queryParameters: { name: 'Only the domain of that name', enabled: 'Only those that are, or are not, enabled' },
  success: 200,
  handler: async (call) => {
    const filters = { name: filter(call, 'name'), enabled: enabledFilter(call) };
    const rows = await listDomains(call.ports.database, filters);
    return listAnswer(call, 'domains', rows.map(domainView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'domain-show',
  summary: 'Show a domain',
  method: 'GET',
  path: '/domains/{domain_id}',
  policy: ['identity:get_domain'],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'domain_id');
    const row = await showDomain(call.ports.database, id);
    if (row === null) throw couldNotFind('domain', id);
    return { domain: domainView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'domain-update',
  summary: 'Change a domain',
  method: 'PATCH',
  path: '/domains/{domain_id}',
  policy: ['identity:update_domain'],
  body: domainUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'domain_id');
    const patch = call.body.domain;
    const revoked = revokingNow(call);
    const change = updateDomain(call.ports.database, id, patch, revoked);
    const row = await orConflict('domains_name', () => sameDomain(patch.name ?? ''), change);
    if (row === null) throw couldNotFind('domain', id);
    if (!row.enabled) revoked.done([subject.domain(id)]);
    return { domain: domainView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'domain-delete',
  summary: 'Delete a disabled domain with its users and projects',
  method: 'DELETE',
  path: '/domains/{domain_id}',
  policy: ['identity:delete_domain'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'domain_id');
    const revoked = revokingNow(call);
    const found = await deleteDomain(call.ports.database, id, revoked);
    if (found === 'absent') throw couldNotFind('domain', id);
    if (found === 'enabled') throw refused('Cannot delete a domain that is enabled, please disable it first.');
    revoked.done([subject.domain(id)]);
  },
});

export const domains: Resource = {
  name: 'domains',
  operations: [create, list, show, update, remove],
  rules: domainRules,
};
