// Which of the objects on a back end a request asks for.

import { badRequest } from '../http/faults.ts';
import { type ListSpec, readList } from '../http/list.ts';
import { at, type Call } from '../http/operation.ts';
import { backendOf } from '../services/backend.ts';

export type What = 'volume' | 'snapshot';

/** They are sorted by the worker: the columns are of no table. */
const spec: ListSpec = {
  collection: 'manageable',
  linkKey: null,
  sortKeys: { reference: { column: '', type: 'text' }, size: { column: '', type: 'int' } },
  filters: {},
  defaultSort: [{ key: 'reference', descending: true }],
  lenient: true,
  ofNoProject: true,
  own: ['host', 'cluster'],
  absent: (id) => id,
};

/** The back end, and the arguments of the worker's task. */
export function readManageable(call: Call<unknown>, what: What) {
  const { query } = call;
  const named = backendOf(
    { host: query.get('host'), cluster: query.get('cluster') },
    at(call, 'manageable-of-clusters'),
  );
  const { limit, offset, marker, sort } = readList(call, spec);
  if (`${named.host}${named.cluster}${marker}`.includes('\u0000'))
    throw badRequest('Invalid input received: a null character names nothing.');
  return { named, arguments: { what, limit, offset, marker, sort: [...sort] } };
}
