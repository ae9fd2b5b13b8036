// Scopes: what the caller could get a token for.
import { operation, type Resource } from '../../http/operation.ts';
import { domainView } from '../domains/view.ts';
import { keystoneOf } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { everyProject } from '../projects/filters.ts';
import { listProjectsOfUser } from '../projects/store.ts';
import { projectView } from '../projects/view.ts';
import { scopeRules } from './policy.ts';
import { isOnSystem, listDomainsOfUser } from './store.ts';

const projects = operation({
  name: 'auth-project-list',
  summary: 'List the projects that the caller can get a token for',
  method: 'GET',
  path: '/auth/projects',
  policy: ['identity:get_auth_projects'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const filters = { ...everyProject, enabled: true };
    const rows = await listProjectsOfUser(call.ports.database, call.actor.userId, filters);
    return listAnswer(call, 'projects', rows.map(projectView.for(call, 'detail')));
  },
});

const domains = operation({
  name: 'auth-domain-list',
  summary: 'List the domains that the caller can get a token for',
  method: 'GET',
  path: '/auth/domains',
  policy: ['identity:get_auth_domains'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const rows = await listDomainsOfUser(call.ports.database, call.actor.userId);
    return listAnswer(call, 'domains', rows.map(domainView.for(call, 'detail')));
  },
});

const system = operation({
  name: 'auth-system-show',
  summary: 'Show whether the caller can get a token for the system',
  method: 'GET',
  path: '/auth/system',
  policy: ['identity:get_auth_system'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const has = await isOnSystem(call.ports.database, call.actor.userId);
    return { system: has ? [{ all: true }] : [], links: { self: call.links.self } };
  },
});

export const scopes: Resource = { name: 'scopes', operations: [projects, domains, system], rules: scopeRules };
