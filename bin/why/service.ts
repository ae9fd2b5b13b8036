// A timeline from the running service, as its admin: for the embedded database, which only the service can open.
import { mostEntries } from '../../functions/automation/timeline/query.ts';
import type { Entry } from '../../functions/automation/timeline/view.ts';
import type { ServiceClient } from '../service-client.ts';
import type { History, Source } from './history.ts';

/** `client` has signed in as an admin. */
export function serviceSource(client: ServiceClient): Source {
  const nameOf = async (kind: 'user' | 'project', id: string) => {
    const body = await client.read(`/identity/v3/${kind}s/${encodeURIComponent(id)}`);
    const name: unknown = body?.[kind]?.name;
    return typeof name === 'string' ? [[id, name] as const] : [];
  };
  return {
    async named(name) {
      const query = new URLSearchParams({ all_tenants: '1', limit: '20', name });
      const { body } = await client.ask({ method: 'GET', path: `/volumes?${query}` });
      return body.volumes.map(({ id }: { id: string }) => id);
    },
    async about(id, most): Promise<History | null> {
      const entries: Entry[] = [];
      let resource: History['resource'] | null = null;
      for (let after = ''; entries.length < most; ) {
        const query = new URLSearchParams({ resource: id, order: 'newest', limit: String(mostEntries), after });
        const body = await client.read(`/scoria/v1/timeline?${query}`);
        if (body === null) return null;
        resource ??= body.resource;
        entries.push(...body.timeline);
        if (body.timeline.length < mostEntries) break;
        after = body.cursor;
      }
      if (resource === null) return null;
      const timeline = entries.slice(0, most).reverse();
      const users = [...new Set(timeline.flatMap((one) => one.user_id ?? []))];
      const names = await Promise.all([
        ...users.map((one) => nameOf('user', one)),
        ...(resource.project_id === null ? [] : [nameOf('project', resource.project_id)]),
      ]);
      return { resource, timeline, hasEarlier: entries.length >= most, names: Object.fromEntries(names.flat()) };
    },
  };
}
