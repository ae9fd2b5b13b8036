// A stage of its own on a real account: made by the commands of docs/how-to/aws.md, and removed by them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, scoria } from '../acceptance/service.ts';
import { audience, type Issuer, issuer } from './issuer.ts';
import type { Target } from './scenario.ts';

export const stage = 'acceptance';
export const removal = `npx sst remove --stage ${stage}`;

/** Runs `npx sst …` as an operator does, and shows what it says. */
async function sst(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('npx', ['sst', ...args, '--stage', stage], {
    cwd: root,
    env: { ...process.env, ...env, SST_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npx sst ${args[0]} --stage ${stage} ended with ${code}`);
}

interface Outputs {
  readonly api: string;
  readonly databaseCluster: string;
  readonly databaseSecret: string;
  readonly queuePrefix: string;
}

export interface Deployment {
  readonly target: Omit<Target, 'say'>;
}

const settingsOf = (jwksUrl: string) => ({
  SCORIA_IDENTITY: 'oidc',
  SCORIA_OIDC_ISSUER: issuer,
  SCORIA_OIDC_AUDIENCE: audience,
  SCORIA_OIDC_JWKS: jwksUrl,
  SCORIA_DEPLOY_BACKENDS: 'acceptance@here',
});

export async function deploy(who: Issuer, jwksUrl: string, region: string): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'scoria-aws-'));
  const printed = await scoria(['secrets'], folder);
  const keys = printed.stdout.trim().replace(/^SCORIA_SECRET_KEYS=/, '');
  rmSync(folder, { recursive: true });
  const settings = settingsOf(jwksUrl);
  await sst(['secret', 'set', 'SecretKeys', keys], settings);
  await sst(['deploy'], settings);
  const told = JSON.parse(readFileSync(join(root, '.sst/outputs.json'), 'utf8')) as Outputs; // written by sst
  const ways = new URLSearchParams({ cluster: told.databaseCluster, secret: told.databaseSecret });
  const credentials = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_') || name === 'HOME');
  return {
    target: {
      ...{ url: told.api.replace(/\/$/, ''), token: who.token, project: who.project },
      worker: {
        ...Object.fromEntries(credentials.map(([name, value]) => [name, value ?? ''])),
        DATABASE_URL: `data-api:///scoria?${ways}`,
        SCORIA_SECRET_KEYS: keys,
        ...{ SCORIA_QUEUE: 'sqs', SCORIA_QUEUE_REGION: region, SCORIA_QUEUE_PREFIX: told.queuePrefix },
        ...{ SCORIA_QUEUE_CREATE: 'no', SCORIA_WORKER_HOST: 'acceptance' },
      },
    },
  };
}

export async function remove(): Promise<void> {
  const settings = settingsOf('https://issuer.example/keys');
  await sst(['remove'], settings);
  await sst(['secret', 'remove', 'SecretKeys'], settings);
}
