// One implication between two roles.
import type { Database } from '../../../../infra/database/port.ts';
import { fragment, type ParametersOf, statement } from '../../../../schema/statement.ts';
import { type Revoking, revoking } from '../../revoking.ts';

/** Both ends, by their names (null: there is no such role), and whether the one implied the other. */
export interface Ends {
  readonly prior_name: string | null;
  readonly implied_name: string | null;
  readonly are_immutable: boolean;
  /** Whether the one may imply the other: a role for all domains implies none of a single one. */
  readonly may_imply: boolean;
  readonly is_there: boolean;
}

const ends = `SELECT p.name AS prior_name, i.name AS implied_name,
  coalesce(p.built_in AND i.built_in, false) AS are_immutable,
  p.domain_id IS NOT NULL OR i.domain_id IS NULL AS may_imply,
  EXISTS (SELECT 1 FROM role_implications x WHERE x.prior_role_id = p.id AND x.implied_role_id = i.id) AS is_there
FROM (VALUES (1)) one LEFT JOIN roles p ON p.id = :prior::text LEFT JOIN roles i ON i.id = :implied::text`;

const find = statement('identity.implications.find', ends);
const insert = statement(
  'identity.implications.insert',
  `WITH ends AS (${ends}),
added AS (
  INSERT INTO role_implications (prior_role_id, implied_role_id)
  SELECT :prior::text, :implied::text FROM ends e WHERE e.prior_name IS NOT NULL AND e.implied_name <> 'admin'
    AND e.may_imply
  ON CONFLICT DO NOTHING
)
SELECT * FROM ends`,
);
const remove = statement(
  'identity.implications.delete',
  [
    fragment('ends', `${ends}`),
    fragment(
      'gone',
      `DELETE FROM role_implications x USING ends e
  WHERE x.prior_role_id = :prior::text AND x.implied_role_id = :implied::text AND NOT e.are_immutable
  RETURNING x.prior_role_id`,
    ),
    revoking("SELECT 'role:' || g.prior_role_id FROM gone g"),
  ],
  `SELECT * FROM ends`,
);

const none: Ends = { prior_name: null, implied_name: null, are_immutable: false, may_imply: true, is_there: false };

async function one(
  database: Database,
  statement: typeof find,
  parameters: ParametersOf<typeof statement>,
): Promise<Ends> {
  const [row] = await statement.all<Ends>(database, parameters);
  return row ?? none;
}

export const findInference = (database: Database, prior: string, implied: string) =>
  one(database, find, { prior, implied });

/** Adds an implication, unless it would give the role admin. */
export const insertInference = (database: Database, prior: string, implied: string) =>
  one(database, insert, { prior, implied });

/** Takes an implication away, unless both roles are immutable, and ends the tokens that hold the first role. */
export const deleteInference = (database: Database, prior: string, implied: string, revoked: Revoking) =>
  one(database, remove, { prior, implied, ...revoked.parameters });
