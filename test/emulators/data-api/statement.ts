// A statement of the Data API, with its named parameters, as PostgreSQL takes it: `:id` becomes `$1::varchar`, by the
// type of the value that came for it. So types are as strict as they are behind the service, on every PostgreSQL.
import { rewrite } from '../../../infra/database/tokens.ts';
import { badRequest } from './errors.ts';

export interface Parameter {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly typeHint?: string;
}

export interface Prepared {
  readonly text: string;
  readonly values: readonly unknown[];
}

const hinted: Readonly<Record<string, string>> = {
  UUID: 'uuid',
  JSON: 'jsonb',
  TIMESTAMP: 'timestamp',
  DATE: 'date',
  TIME: 'time',
  DECIMAL: 'numeric',
};

/** Throws the service's refusal of what it does not take. */
export function prepare(text: string, parameters: readonly Parameter[]): Prepared {
  const given = new Map(parameters.map((one) => [one.name, one]));
  const places = new Map<string, number>();
  const values: unknown[] = [];
  const prepared = rewrite(text, (token) => {
    if (token.kind === 'text') return unsuspicious(token.text);
    // What speaks JDBC takes it for a parameter without a name.
    if (token.text === '?') throw badRequest('Syntax error: ? is not allowed in a statement');
    if (token.name === undefined) return token.text;
    const parameter = given.get(token.name);
    if (parameter === undefined) throw badRequest(`Cannot find parameter: ${token.name}`);
    const [type, value] = typed(parameter);
    const place = places.get(token.name) ?? values.push(value);
    places.set(token.name, place);
    return type === null ? `$${place}` : `$${place}::${type}`;
  });
  return { text: prepared, values };
}

/**
 * Whether the service looks for parameters inside of quotes is nowhere said. Here it does: who passes here depends on
 * neither.
 */
function unsuspicious(text: string): string {
  const found = /(?<!:):([A-Za-z_]\w*)/.exec(text);
  if (found !== null) throw badRequest(`Cannot find parameter: ${found[1]}`);
  if (text.includes('?')) throw badRequest('Syntax error: ? is not allowed in a statement');
  return text;
}

function typed({ name, value, typeHint }: Parameter): readonly [type: string | null, value: unknown] {
  const [kind = '', ...more] = Object.keys(value);
  const given = value[kind];
  if (more.length > 0) throw badRequest(`Parameter ${name} has more than one value`);
  if (kind === 'isNull' && given === true) return [typeHint === undefined ? null : hintOf(typeHint), null];
  if (kind === 'stringValue' && typeof given === 'string') {
    return [typeHint === undefined ? 'varchar' : hintOf(typeHint), given];
  }
  if (kind === 'longValue' && Number.isInteger(given)) return ['int8', String(given)];
  if (kind === 'doubleValue' && typeof given === 'number') return ['float8', String(given)];
  if (kind === 'booleanValue' && typeof given === 'boolean') return ['bool', given];
  if (kind === 'blobValue' && typeof given === 'string') return ['bytea', Buffer.from(given, 'base64')];
  if (kind === 'arrayValue') throw badRequest('Array parameters are not supported.');
  throw badRequest(`Parameter ${name} has no value of a type that is known`);
}

function hintOf(hint: string): string {
  const type = hinted[hint];
  if (type === undefined) throw badRequest(`Invalid type hint: ${hint}`);
  return type;
}
