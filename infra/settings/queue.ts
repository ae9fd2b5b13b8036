// Settings of the queue between processes.
import { longestPrefix } from '../queue/names.ts';
import type { QueuePlace } from '../queue/node.ts';
import { type Environment, url, wrong } from './environment.ts';

export const queueVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_QUEUE', 'what carries work to workers: database, or sqs beside DATABASE_URL (database); docs/queues.md'],
  ['SCORIA_QUEUE_PREFIX', 'what the names of our queues at SQS begin with (scoria-)'],
  ['SCORIA_QUEUE_REGION', 'region of the queues (AWS_REGION, or the profile; us-east-1 with an endpoint)'],
  ['SCORIA_QUEUE_ENDPOINT', 'URL of a server that speaks SQS (AWS)'],
  [
    'SCORIA_QUEUE_CREATE',
    'whether queues that are not there are made: yes, or no where scoria queue create makes them (yes)',
  ],
];

/**
 * Null: the queue is in the database, or in the memory of the only process. Processes, functions and the edge all
 * read the region here: each region has its own queues, so a sender with another region would reach nobody.
 */
export function readQueueSettings(env: Environment, databaseUrl: string | null): QueuePlace | null {
  const kind = env.SCORIA_QUEUE || 'database';
  if (kind === 'database') return null;
  if (kind !== 'sqs') throw wrong('SCORIA_QUEUE', 'must be database or sqs');
  if (databaseUrl === null) {
    throw wrong(
      'SCORIA_QUEUE',
      'is sqs, which needs DATABASE_URL: with the embedded database there is one process, and no queue between several',
    );
  }
  const prefix = env.SCORIA_QUEUE_PREFIX ?? 'scoria-';
  if (!/^[A-Za-z0-9_-]*$/.test(prefix) || prefix.length > longestPrefix || prefix.includes('__')) {
    throw wrong('SCORIA_QUEUE_PREFIX', `must be at most ${longestPrefix} letters, digits, "-" and "_", without "__"`);
  }
  const creates = env.SCORIA_QUEUE_CREATE || 'yes';
  if (creates !== 'yes' && creates !== 'no') throw wrong('SCORIA_QUEUE_CREATE', 'must be yes or no');
  const endpoint = endpointOf(env);
  return {
    prefix,
    region: env.SCORIA_QUEUE_REGION || (endpoint === null ? env.AWS_REGION : 'us-east-1') || null,
    endpoint,
    creates: creates === 'yes',
  };
}

/**
 * Whoever can write to a queue can only make workers look. But the signature of a request must not be readable in
 * transit.
 */
function endpointOf(env: Environment): string | null {
  const text = env.SCORIA_QUEUE_ENDPOINT;
  if (text === undefined || text === '') return null;
  const { protocol, hostname } = url('SCORIA_QUEUE_ENDPOINT', text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === 'https:' || isHere) return text;
  throw wrong('SCORIA_QUEUE_ENDPOINT', 'must begin with https:// beyond this machine');
}
