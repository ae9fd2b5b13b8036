// What a function reads, an operator can say at a deploy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variables } from '../../bin/settings.ts';
import { readAwsSettings } from './aws.ts';
import { handedOver, notHandedOver } from './deployed.ts';
import type { Environment } from './environment.ts';
import { readGatewaySettings } from './gateway.ts';
import { readRetention } from './retention.ts';

/** The functions' own, which the stacks of infra/ give: see `environment` there. */
const given = {
  DATABASE_URL:
    'data-api:///scoria?cluster=arn:aws:rds:eu-west-1:1:cluster:c&secret=arn:aws:secretsmanager:eu-west-1:1:secret:s',
  SCORIA_SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  SCORIA_PUBLIC_URL: 'https://volumes.example.com',
  SCORIA_LOG: 'warn',
  SCORIA_QUEUE: 'sqs',
  SCORIA_QUEUE_PREFIX: 'scoria-test-',
  SCORIA_QUEUE_CREATE: 'no',
  SCORIA_QUEUE_REGION: '',
  SCORIA_QUEUE_ENDPOINT: '',
  ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' },
};
const secrets = { SCORIA_KEYSTONE_PASSWORD: 'x', SCORIA_NOVA_PASSWORD: 'x' };
const keystone = { SCORIA_IDENTITY: 'keystone', SCORIA_KEYSTONE_URL: 'https://keystone.example.com' };
const nova = { SCORIA_NOVA_URL: 'https://nova.example.com/v2.1', SCORIA_NOVA_USER: 'nova' };
/** Each choice that makes other settings be read. */
const choices: readonly Environment[] = [
  { ...keystone, ...nova, SCORIA_KEYS: 'barbican', SCORIA_BARBICAN_URL: 'https://keys.example.com' },
  { ...keystone, ...nova, SCORIA_KEYS: 'kms', SCORIA_KMS_KEY: 'arn:aws:kms:eu-west-1:000000000000:key/k' },
  { SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_ISSUER: 'https://id.example.com', SCORIA_OIDC_AUDIENCE: 'scoria' },
];

/** The names of the variables that the functions look at. */
function read(): Set<string> {
  const names = new Set<string>();
  for (const choice of choices) {
    const env = new Proxy<Environment>(
      { ...given, ...secrets, ...choice },
      {
        get(all, name) {
          if (typeof name === 'string') names.add(name);
          return all[String(name)];
        },
      },
    );
    readAwsSettings(env);
    readGatewaySettings(env);
    readRetention(env, false);
  }
  return names;
}

test('every setting that the functions read is given by the stage, or handed over, or not, for a reason', () => {
  const known = new Set([...Object.keys(given), ...handedOver, ...Object.keys(notHandedOver)]);
  assert.deepEqual(
    [...read()].filter((name) => !known.has(name)),
    [],
  );
});

test('every setting that is handed over is one that the functions read, and is described', () => {
  const [names, described] = [read(), new Set(variables.map(([name]) => name))];
  assert.deepEqual(
    handedOver.filter((name) => !names.has(name) || !described.has(name)),
    [],
  );
});

test('a reason not to hand a setting over is for a setting that there is', () => {
  const described = new Set(variables.map(([name]) => name));
  assert.deepEqual(
    Object.keys(notHandedOver).filter((name) => !described.has(name)),
    [],
  );
});
