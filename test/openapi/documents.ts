// The documents of every microversion, made from the list of operations; each once.

import { storageResources } from '../../functions/every-service.ts';
import { newestMinor } from '../../functions/http/microversion.ts';
import { openApi } from '../../functions/http/openapi.ts';
import { type Document, type Exchange, minorOf, operationOf, wrongs } from './answers.ts';

export const minors = Array.from({ length: newestMinor + 1 }, (_, minor) => minor);

const made = new Map<number, Document>();

export function documentAt(minor: number): Document {
  const known = made.get(minor) ?? openApi(storageResources, minor, 'http://127.0.0.1:8776');
  made.set(minor, known);
  return known;
}

/**
 * Fails when an answer of Block Storage is not as the document of its microversion says. Returns the name of the
 * operation, null when the document has none, undefined for what is not described.
 */
export function assertDescribed(exchange: Exchange): string | null | undefined {
  // Identity has no document of its own, and asking before asking is the browser's affair.
  if (exchange.path.startsWith('/identity') || exchange.method === 'OPTIONS') return undefined;
  const minor = minorOf(exchange.headers) ?? newestMinor;
  const document = documentAt(minor);
  const wrong = wrongs(document, exchange);
  if (wrong.length === 0) return operationOf(document, exchange)?.operationId ?? null;
  const shown = `${exchange.method} ${exchange.path.slice(0, 200)} at 3.${minor}: ${exchange.status}`;
  throw new Error(
    `${shown} is not as OpenAPI says (\`answers\` of the operation in functions/, or the types in its view.ts): ${wrong.join('; ')}\n${exchange.text.slice(0, 1000)}`,
  );
}
