// A timeline straight from the database: it works even when no API answers.

import { timelineOf } from '../../functions/automation/timeline/index.ts';
import { cursorOf, mostEntries, placeOf } from '../../functions/automation/timeline/query.ts';
import { entryOf } from '../../functions/automation/timeline/view.ts';
import { reach } from '../../functions/http/policy.ts';
import type { Database } from '../../infra/database/port.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { statement } from '../../schema/statement.ts';
import type { History, Source } from './history.ts';

/** Whoever may open the database sees all of it. */
const operator: Actor = {
  userId: '',
  userName: '',
  userDomainId: null,
  projectId: null,
  projectDomainId: null,
  domainId: null,
  isSystem: true,
  roles: new Set(['admin']),
  expiresAt: Number.POSITIVE_INFINITY,
};

const namedText = statement(
  'why.named',
  `SELECT v.id::text AS id FROM volumes v WHERE v.name = :name::text ORDER BY v.created_at DESC, v.id LIMIT 20`,
);
const deletedText = statement(
  'why.deleted',
  `SELECT e.resource_id::text AS id FROM events e WHERE e.type = 'volume.delete.end' AND e.data ->> 'display_name' = :name::text
ORDER BY e.transaction DESC, e.sequence DESC LIMIT 20`,
);
const namesText = statement(
  'why.names',
  `SELECT u.id, u.name FROM users u WHERE u.id IN (SELECT jsonb_array_elements_text(:ids::jsonb))
UNION ALL SELECT p.id, p.name FROM projects p WHERE p.id IN (SELECT jsonb_array_elements_text(:ids::jsonb))`,
);

export function databaseSource(database: Database, now: () => string): Source {
  return {
    async named(name) {
      const there = await namedText.all<{ id: string }>(database, { name });
      const found = there.length > 0 ? there : await deletedText.all<{ id: string }>(database, { name });
      return found.map(({ id }) => id);
    },
    async about(id, most): Promise<History | null> {
      const asked = { resource: id, type: null, message_type: null, order: 'newest', limit: mostEntries } as const;
      const rows = [];
      let about: History['resource'] | null = null;
      for (let cursor = ''; rows.length < most; ) {
        const page = await timelineOf(database, reach(operator), now(), { ...asked, after: placeOf(cursor) });
        if (page === null) return null;
        about ??= page.about;
        rows.push(...page.rows);
        const last = page.rows.at(-1);
        if (last === undefined || page.rows.length < mostEntries) break;
        cursor = cursorOf(last);
      }
      if (about === null) return null;
      const timeline = rows.slice(0, most).map((row) => entryOf(row, true));
      const ids = new Set([about.project_id, ...timeline.map((one) => one.user_id)]);
      const names = await namesText.all<{ id: string; name: string }>(database, { ids: JSON.stringify([...ids]) });
      return {
        resource: about,
        timeline: timeline.reverse(),
        hasEarlier: rows.length >= most,
        names: Object.fromEntries(names.map((one) => [one.id, one.name])),
      };
    },
  };
}
