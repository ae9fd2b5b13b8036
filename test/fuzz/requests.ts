// Whole requests to an operation: path, query, headers, who asks, at which microversion.
import fc from 'fast-check';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import * as samples from '../harness/samples.ts';
import { accepted } from './accepted.ts';
import { anyText, bodyOf, worldWord } from './bodies.ts';
import { alternatives, likely } from './world.ts';

export interface FuzzedRequest {
  readonly path: string;
  readonly as: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What a URL can carry: an unpaired surrogate cannot be written in one. */
const encoded = (text: string) => encodeURIComponent(text.toWellFormed());

function pathOf(operation: Operation): fc.Arbitrary<string> {
  const names = samples.placesIn(operation);
  const target = fc.oneof(
    { weight: 6, arbitrary: fc.constant('own' as const) },
    { weight: 2, arbitrary: fc.constantFrom('foreign' as const, 'absent' as const) },
  );
  const value = fc
    .oneof(
      worldWord,
      anyText.filter((text) => text !== '' && text.length < 2000),
    )
    .map(encoded);
  const known = fc.record(
    Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(alternatives[name] ?? ['']))])),
    { requiredKeys: [] },
  );
  const replaced = fc.dictionary(fc.constantFrom('none', ...names), value, { maxKeys: 1 });
  const odd = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: replaced });
  return fc.tuple(target, odd).map(([which, values]) => {
    // An empty value stands for the target's own.
    const given = Object.entries(values).filter(([, value]) => value !== '') as [string, string][]; // see known
    return samples.pathOf(operation, which, Object.fromEntries(given));
  });
}

const pagingNames = ['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir', 'with_count', 'all_tenants'];
const commonNames = [
  'project_id',
  'created_at',
  'metadata',
  'name',
  'status',
  'force',
  'cascade',
  'usage',
  'detail',
  'who',
];

function queryOf(operation: Operation): fc.Arbitrary<string> {
  const { list } = operation;
  const sorts = Object.keys(list?.sortKeys ?? {});
  const filters = Object.keys(list?.filters ?? {});
  const names = [
    ...commonNames,
    ...Object.keys(operation.queryParameters ?? {}),
    ...(list === undefined
      ? []
      : [...pagingNames, ...filters, ...filters.map((one) => `${one}~`), ...(list.own ?? [])]),
  ];
  const sort = fc
    .tuple(fc.constantFrom('id', ...sorts), fc.constantFrom('', ':asc', ':desc', ':up'))
    .map((one) => one.join(''));
  const value = fc.oneof(
    worldWord,
    anyText.filter((text) => text.length < 4000),
    fc.integer().map(String),
    sort,
    fc.constantFrom(
      'true',
      'False',
      '1',
      '0',
      'available',
      "{'a': 'b'}",
      '{"a": "b"}',
      "['a', 'b']",
      'gt:2026-01-01T00:00:00',
      'None',
      '(((((',
      '{}',
      "{'k': None}",
      'asc',
    ),
  );
  const meaningful = (name: string) => {
    const known = likely(name.replace('~', ''));
    return known.length === 0 ? value : fc.oneof(value, fc.constantFrom(...known));
  };
  const named = fc.oneof(...names.map((name) => fc.tuple(fc.constant(name), meaningful(name))));
  const pair = named.map(([name, one]) => `${encoded(name)}=${encoded(one)}`);
  const most = operation.method === 'GET' ? 4 : 1;
  const needed = accepted[operation.name]?.query;
  const before = needed === undefined ? fc.constant([]) : fc.constantFrom([], [needed]);
  return fc
    .tuple(before, fc.array(pair, { maxLength: most }))
    .map(([first, rest]) => [...first, ...rest])
    .map((all) => (all.length === 0 ? '' : `?${all.join('&')}`));
}

/** What a header can carry. */
const headerText = anyText.map((text) =>
  text
    .replaceAll(/[^\u0020-\u007e]/g, '')
    .trim()
    .slice(0, 200),
);

const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        'If-Match',
        'X-Service-Token',
        'X-OpenStack-Request-ID',
        'X-Forwarded-Host',
        'Accept',
        'traceparent',
      ),
      headerText,
      { minKeys: 1, maxKeys: 2 },
    ),
  },
);

const person = fc.oneof(
  { weight: 8, arbitrary: fc.constant('admin') },
  { weight: 1, arbitrary: fc.constantFrom('member', 'member', 'reader', 'otherMember', 'service') },
);
const minor = fc.oneof(
  { weight: 3, arbitrary: fc.constant(newestMinor) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: newestMinor }) },
);

/** The request that is known to be accepted; null: none is. */
function acceptedOf(operation: Operation): FuzzedRequest | null {
  const known = accepted[operation.name];
  if (known === undefined) return null;
  const path = samples.pathOf(operation, 'own', known.places);
  const body = known.body === undefined ? undefined : JSON.stringify(known.body);
  const query = known.query === undefined ? '' : `?${known.query}`;
  return { path: `${path}${query}`, as: 'admin', version: `3.${newestMinor}`, headers: {}, body };
}

export function requestOf(operation: Operation): fc.Arbitrary<FuzzedRequest> {
  const known = acceptedOf(operation);
  const any = anyRequestOf(operation);
  return known === null ? any : fc.oneof({ weight: 29, arbitrary: any }, { weight: 1, arbitrary: fc.constant(known) });
}

function anyRequestOf(operation: Operation): fc.Arbitrary<FuzzedRequest> {
  return fc.record({
    path: fc.tuple(pathOf(operation), queryOf(operation)).map((one) => one.join('')),
    as: person,
    version: minor.map((one) => `3.${one}`),
    headers,
    body: bodyOf(operation),
  });
}
