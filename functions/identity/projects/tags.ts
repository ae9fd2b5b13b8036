// The tags of a project, all of them and one by one.
import { badRequest, notFound } from '../../http/faults.ts';
import { Answer, type Call, operation } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { isImmutable } from '../immutable.ts';
import { param } from '../keystone.ts';
import { isTag, tagsBody } from './body.ts';
import { showProject } from './store.ts';
import { changeTags, type TagChange } from './tags/store.ts';

const path = '/projects/{project_id}/tags';
const one = `${path}/{tag}`;

async function tagsOf(call: Call, id: string): Promise<readonly string[]> {
  const row = await showProject(call.ports.database, id);
  if (row === null) throw couldNotFind('project', id);
  return JSON.parse(row.tags) as string[]; // checked when they were written
}

const listed = (call: Call<unknown>, tags: readonly string[]) => ({ tags, links: { self: call.links.self } });
const noTag = (tag: string) => notFound(`Could not find project tag: ${tag}.`);

async function change(call: Call<unknown, 'project_id'>, what: TagChange, tags: readonly string[]) {
  const id = param(call, 'project_id');
  const found = await changeTags(call.ports.database, id, what, tags);
  if (found === 'absent') throw couldNotFind('project', id);
  if (found === 'immutable') throw isImmutable('update', 'project', id);
  if (found === 'full') throw badRequest('A project has at most 80 tags.');
  return JSON.parse(found) as string[]; // checked when they were written
}

export const tags = [
  operation({
    name: 'project-tag-list',
    summary: 'List the tags of a project',
    method: 'GET',
    path,
    policy: [],
    success: 200,
    handler: async (call) => {
      const id = param(call, 'project_id');
      call.policy.require('identity:list_project_tags', call.actor, id);
      return listed(call, await tagsOf(call, id));
    },
  }),
  operation({
    name: 'project-tags-replace',
    summary: 'Replace the tags of a project',
    method: 'PUT',
    path,
    policy: ['identity:update_project_tags'],
    body: tagsBody,
    success: 200,
    handler: async (call) => listed(call, await change(call, 'replace', [...new Set(call.body.tags)])),
  }),
  operation({
    name: 'project-tags-delete',
    summary: 'Remove all tags from a project',
    method: 'DELETE',
    path,
    policy: ['identity:delete_project_tags'],
    success: 204,
    handler: async (call) => void (await change(call, 'replace', [])),
  }),
  // HEAD is served from here too.
  operation({
    name: 'project-tag-check',
    summary: 'Check that a project has a tag',
    method: 'GET',
    path: one,
    policy: [],
    success: 204,
    handler: async (call) => {
      const [id, tag] = [param(call, 'project_id'), param(call, 'tag')];
      call.policy.require('identity:get_project_tag', call.actor, id);
      if (!(await tagsOf(call, id)).includes(tag)) throw noTag(tag);
    },
  }),
  operation({
    name: 'project-tag-add',
    summary: 'Add a tag to a project',
    method: 'PUT',
    path: one,
    policy: ['identity:create_project_tag'],
    success: 201,
    handler: async (call) => {
      const tag = param(call, 'tag');
      if (!isTag(tag)) throw badRequest('A tag has 1 to 255 characters, and no slash and no comma.');
      await change(call, 'add', [tag]);
      return new Answer(201, undefined, { Location: call.links.self });
    },
  }),
  operation({
    name: 'project-tag-delete',
    summary: 'Remove a tag from a project',
    method: 'DELETE',
    path: one,
    policy: ['identity:delete_project_tag'],
    success: 204,
    handler: async (call) => {
      const tag = param(call, 'tag');
      if (!(await tagsOf(call, param(call, 'project_id'))).includes(tag)) throw noTag(tag);
      await change(call, 'remove', [tag]);
    },
  }),
];
