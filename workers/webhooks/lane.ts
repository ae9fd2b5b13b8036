// A subscription that a dispatcher serves: what it asks for, how far it has come, and what is still to be delivered.
import type { Secrets } from '../../infra/secrets/port.ts';
import { type EventPosition, isAfter } from '../../schema/events.ts';
import { type Asked, secretPurpose } from '../../schema/subscriptions.ts';
import type { ClaimedRow, WaitingRow } from '../store/webhooks/claim.ts';

/** A delivery that has failed, or waits behind another of its resource. Times are milliseconds. */
export interface Waiting extends EventPosition {
  readonly id: string;
  readonly kind: WaitingRow['kind'];
  readonly eventType: string;
  readonly resourceId: string;
  readonly attempts: number;
  readonly firstAt: number | null;
  readonly nextAt: number | null;
}

/** By resource, each in the order of the log: the first holds the others back. */
export type Held = Map<string, Waiting[]>;

export interface Lane {
  readonly id: string;
  readonly fence: string;
  readonly asked: Asked;
  readonly protocol: string;
  readonly url: string;
  /** Secrets that sign; the former one only until its time is over. */
  readonly secrets: readonly { readonly text: string; readonly until: number | null }[];
  readonly held: Held;
  /** How far it has come, as the database has it. */
  position: EventPosition;
  /** How far the log was read. Between `position` and here is nothing that it asks for. */
  scanned: EventPosition;
  failures: number;
  /** Nothing is sent before this time. */
  retryAt: number;
  /** Whether deliveries are under way, or their outcomes not recorded yet. */
  isBusy: boolean;
}

export function heldOf(rows: readonly WaitingRow[]): Held {
  const held: Held = new Map();
  for (const row of rows) hold(held, waitingOf(row));
  return held;
}

/** Puts a delivery in its place among those of its resource. */
export function hold(held: Held, one: Waiting): void {
  const others = (held.get(one.resourceId) ?? []).filter(({ id }) => id !== one.id);
  held.set(
    one.resourceId,
    [...others, one].sort((a, b) => (isAfter(a, b) ? 1 : -1)),
  );
}

export function letGo(held: Held, { resourceId, id }: Pick<Waiting, 'resourceId' | 'id'>): void {
  const others = (held.get(resourceId) ?? []).filter((one) => one.id !== id);
  if (others.length === 0) held.delete(resourceId);
  else held.set(resourceId, others);
}

const waitingOf = (row: WaitingRow): Waiting => ({
  id: row.id,
  kind: row.kind,
  transaction: row.transaction,
  sequence: row.sequence,
  eventType: row.event_type,
  resourceId: row.resource_id,
  attempts: row.attempts,
  firstAt: row.first_attempt_at,
  nextAt: row.next_attempt_at,
});

/** Rejects with SecretsError when its secret was sealed with a key that is not ours. */
export async function laneOf(row: ClaimedRow, held: Held, secrets: Secrets): Promise<Lane> {
  const open = async (sealed: string, until: number | null) => ({
    text: await secrets.open(sealed, secretPurpose(row.id)),
    until,
  });
  const position = { transaction: row.transaction, sequence: row.sequence };
  return {
    id: row.id,
    fence: row.fence,
    asked: {
      project: row.all_projects ? null : row.project_id,
      types: JSON.parse(row.types) as string[], // the API has checked them
      resourceType: row.resource_type,
      resourceId: row.resource_id,
    },
    protocol: row.protocol,
    url: row.url,
    secrets: [
      await open(row.secret, null),
      ...(row.former_secret === null ? [] : [await open(row.former_secret, row.former_until)]),
    ],
    held,
    position,
    scanned: position,
    failures: row.failures,
    retryAt: row.retry_at ?? 0,
    isBusy: false,
  };
}
