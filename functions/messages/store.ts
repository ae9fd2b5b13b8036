// The SQL of user messages. A message whose time is over is not there, whether it has been swept away yet or not.

import type { Database } from '../../infra/database/port.ts';
import { inScope, utc } from '../../schema/expressions.ts';
import { statement } from '../../schema/statement.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import { messageList } from './query.ts';

export interface MessageRow {
  readonly id: string;
  readonly request_id: string | null;
  readonly resource_type: string | null;
  readonly resource_uuid: string | null;
  readonly action_id: string;
  readonly detail_id: string;
  readonly event_id: string;
  readonly message_level: string;
  readonly created_at: string;
  readonly expires_at: string;
}

const time = (column: string) => `${utc(column)} AS ${column.slice(2)}`;

const messageColumns = `r.id::text AS id, r.request_id, r.resource_type, r.resource_uuid::text AS resource_uuid,
  r.action_id, r.detail_id, r.event_id, r.message_level, ${time('r.created_at')}, ${time('r.expires_at')}`;

const lives = 'r.expires_at > :now::timestamptz';
const mine = `r.id = :id::uuid AND ${inScope} AND ${lives}` as const;

const showText = statement('messages.show', `SELECT ${messageColumns} FROM messages r WHERE ${mine}`);
const deleteText = statement('messages.delete', `DELETE FROM messages r WHERE ${mine} RETURNING r.id::text AS id`);

/** The message, or null when it is not within the scope or its time is over. */
export async function findMessage(
  database: Database,
  scope: Scope,
  id: string,
  now: string,
): Promise<MessageRow | null> {
  const [row] = await showText.all<MessageRow>(database, { id, now, ...scopeParameter(scope) });
  return row ?? null;
}

/** One page of the messages whose time is not over. */
export function listMessages(
  database: Database,
  query: ListQuery,
  scope: Scope,
  now: string,
): Promise<Page<MessageRow>> {
  const source = {
    name: 'messages.list',
    columns: messageColumns,
    from: 'messages r',
    where: lives,
    parameters: { now },
  };
  return readPage(database, source, messageList, query, scope);
}

/** False when there was no such message within the scope. */
export async function deleteMessage(database: Database, scope: Scope, id: string, now: string): Promise<boolean> {
  return (await deleteText.all(database, { id, now, ...scopeParameter(scope) })).length > 0;
}
