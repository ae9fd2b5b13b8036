import type { IncomingMessage } from 'node:http';

/** What is kept of an answer. */
const keptBytes = 1_024;
/** What is read of it, so that a connection may be used again; one that goes on is cut. */
const mostBytes = 65_536;

/** The beginning of an answer as text. What is no UTF-8, and what would not print, is replaced. */
export async function readBounded(answer: IncomingMessage): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    if (size < keptBytes) kept.push(part.subarray(0, keptBytes - size));
    size += part.length;
    if (size > mostBytes) break; // leaving the loop ends the connection
  }
  const text = new TextDecoder().decode(Buffer.concat(kept));
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');
}
