// Settings of a Worker at the edge: those of docs/settings.md that make sense without files and processes.
import { dataApiPlace } from '../database/data-api/place.ts';
import { readAwsDatabase, readQueueOfFunction } from './aws.ts';
import { type Environment, needed, optionalUrl } from './environment.ts';
import { identityUrlOf, readIdentityWithoutFiles } from './identity.ts';
import { readRates } from './rates.ts';

export type EdgeSettings = ReturnType<typeof readEdgeSettings>;

const why = 'at the edge';

/** Throws a SettingsError that names the variable. */
export function readEdgeSettings(env: Environment) {
  const identity = readIdentityWithoutFiles(env, why);
  const { url, credentials } = readAwsDatabase(env, why);
  const place = dataApiPlace(url);
  return {
    place: { ...place, region: env.AWS_REGION || place.region },
    credentials,
    // The deployment creates the queues: a missing one is an error.
    queuePlace: readQueueOfFunction({ ...env, SCORIA_QUEUE: 'sqs', SCORIA_QUEUE_CREATE: 'no' }, url),
    secretKeys: needed(env, 'SCORIA_SECRET_KEYS', why),
    publicUrl: optionalUrl(env, 'SCORIA_PUBLIC_URL'),
    /** Where what the edge does not serve is passed on to; null: it is not there. */
    regionUrl: optionalUrl(env, 'SCORIA_REGION_URL'),
    identity,
    identityUrl: identityUrlOf(identity),
    /** PEM, when Keystone makes JWS tokens: the content, because there are no files here. */
    jwsPem: env.SCORIA_KEYSTONE_JWS_PEM || null,
    rates: readRates(env),
    isVerbose: env.SCORIA_LOG === 'info' || env.SCORIA_LOG === 'debug',
  };
}
