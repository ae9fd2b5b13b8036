// Domains: what users and projects belong to.
import { timestamp } from '../../../infra/clock/port.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { asObject, extraIn, knownIn, orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameDomain } from '../faults.ts';
import { requireSame } from '../immutable.ts';
import { enabledFilter, filter, newId, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { domainCreateBody, domainUpdateBody } from './body.ts';
import { changeDomain, removeDomain } from './changes.ts';
import { domainRules } from './policy.ts';
import { insertDomain, listDomains, showDomain } from './store.ts';
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
    const { domain } = call.body;
    const { name, description, enabled = true } = domain;
    const row = {
      id: newId(call),
      name,
      description: description ?? '',
      enabled,
      tags: JSON.stringify([...new Set(domain.tags)]),
      options: asObject(domain.options),
      extra: asObject(extraIn(domain, domainCreateBody.properties.domain, domainView)),
    };
    const insert = insertDomain(call.ports.database, row, timestamp(call.ports.clock));
    await orConflict('domains_name', () => sameDomain(name), orTooMuch(insert));
    return { domain: domainView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'domain-list',
  summary: 'List domains',
  method: 'GET',
  path: '/domains',
  policy: ['identity:list_domains'],
  queryParameters: { name: 'Only the domain with this name', enabled: 'Only enabled (true) or disabled (false) ones' },
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
  policy: [],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'domain_id');
    const { actor, policy } = call;
    if (id !== actor.domainId && id !== actor.projectDomainId) policy.require('identity:get_domain', actor);
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
    const { domain } = call.body;
    requireSame(domain, { id }, ['id']);
    const schema = domainUpdateBody.properties.domain;
    const row = await changeDomain(call, 'domain', id, knownIn(domain, schema), extraIn(domain, schema, domainView));
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
  handler: (call) => removeDomain(call, 'domain', param(call, 'domain_id')),
});

export const domains: Resource = {
  name: 'domains',
  operations: [create, list, show, update, remove],
  rules: domainRules,
};
