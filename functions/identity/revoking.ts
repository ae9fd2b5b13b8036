import { fragmentOf, type Literal } from '../../schema/statement.ts';
import type { Call } from '../http/operation.ts';
import { keystoneOf } from './keystone.ts';

/**
 * A CTE that revokes the subjects which `select` returns in one column of text. Takes the parameters of
 * revokingParameters(). The statement must not touch one row twice, so the subjects are made distinct.
 */
export const revoking = <const Select extends string>(select: Literal<Select>) =>
  fragmentOf(
    'revoked',
    `INSERT INTO revocations (subject, revoked_at, expires_at)
  SELECT DISTINCT s.subject, :revoked_at::timestamptz, :revoked_until::timestamptz FROM (${select}) s (subject)
  ON CONFLICT (subject) DO UPDATE SET
    revoked_at = greatest(revocations.revoked_at, excluded.revoked_at),
    expires_at = greatest(revocations.expires_at, excluded.expires_at)`,
    ':revoked_at::timestamptz, :revoked_until::timestamptz',
    select,
  );

export interface Revoking {
  readonly parameters: { readonly revoked_at: string; readonly revoked_until: string };
  /** Makes the revocation hold in this process at once; called after the statement. */
  done(subjects: readonly string[]): void;
}

/** The time of a revocation, as the statement and the memory of this process both take it. */
export function revokingNow(call: Pick<Call<unknown>, 'ports'>): Revoking {
  const keystone = keystoneOf(call);
  const at = Math.floor(call.ports.clock.now());
  return {
    parameters: {
      revoked_at: new Date(at).toISOString(),
      revoked_until: new Date(at + keystone.keepSeconds * 1000).toISOString(),
    },
    done: (subjects) => keystone.noteRevoked(subjects, at),
  };
}
