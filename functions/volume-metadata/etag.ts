import { Fault } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { md5 } from './md5.ts';
import type { Metadata } from './store.ts';

/** The body of the whole metadata, exactly as it is sent: what its Etag is made of. */
export const bodyOf = (metadata: Metadata) => JSON.stringify({ metadata });

export const etagOf = (metadata: Metadata) => md5(bodyOf(metadata));

/** The tags that If-Match asks for; null when it asks for nothing (not there, `*`, or before 3.15). */
export function askedTags(call: Pick<Call, 'headers' | 'minor'>): readonly string[] | null {
  const header = call.headers.get('if-match')?.trim() ?? '';
  if (!at(call, 'metadata-etag') || header === '' || header === '*') return null;
  const quoted = [...header.matchAll(/(W\/)?"([^"]*)"/g)];
  // Our Etag goes out without quotes, as it always has, so it comes back without them too.
  if (quoted.length === 0) return [header];
  return quoted.flatMap(([, weak, tag]) => (weak === undefined && tag !== undefined ? [tag] : []));
}

/** The metadata is not what If-Match asks for. Answered with an empty body. */
export const notMatched = () => new Fault(412, 'The metadata has changed.');
