// Overwriting a status, as an admin may.
import { recordEvent } from './events.ts';
import { begins, type Machine } from './machine.ts';
import { hasEvents } from './payloads.ts';
import { type Fragment, fragmentOf, type Literal, type ParametersIn } from './statement.ts';

const always = ':id::uuid, :status::text, :now::timestamptz';

/**
 * The fragment `moved`: the row `:id` with its new status, and its event. `where` is a condition over `r`; `event` is
 * SQL.
 */
export function resettingStatus<const Where extends string, const Event extends string>(
  of: Machine,
  where: Literal<Where>,
  event: Literal<Event>,
): readonly [Fragment<ParametersIn<typeof always> & ParametersIn<Where>>, ReturnType<typeof recordEvent<Event>>] {
  if (!hasEvents(of.resource)) throw new Error(`schema/payloads.ts has no payload of a ${of.resource}`);
  const text = `UPDATE ${of.table} r SET ${begins(of, 'reset_status')}
  WHERE r.id = :id::uuid AND ${where} RETURNING r.*`;
  return [fragmentOf('moved', text, always, where), recordEvent('event', 'moved', event, of.resource)];
}
