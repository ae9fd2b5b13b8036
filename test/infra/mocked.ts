// node mocked.ts BUNDLE STAGE: runs sst.config.ts for that stage and prints what it would make. Nothing is asked of
// AWS.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../harness/sources.ts';

interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the resource is given
  readonly inputs: any;
}

const [bundle = '', stage = ''] = process.argv.slice(2);

/** SST's program, as its components ask it: where a handler's code is. */
const answers: Readonly<Record<string, (params: { handler?: string }) => unknown>> = {
  'Runtime.Build': ({ handler }) => ({ handler, out: join(root, 'infra/stage'), errors: [], sourcemaps: [] }),
  'Provider.Aws.Bootstrap': () => ({ asset: 'assets', appsyncHttp: '', appsyncRealtime: '', state: 'state' }),
  'Provider.Aws.Appsync': () => ({ http: 'http', realtime: 'realtime' }),
};

const handlers = new Set<string>();
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data) => {
    body += data;
  });
  request.on('end', () => {
    const { method, params } = JSON.parse(body);
    if (method === 'Runtime.Build') handlers.add(params[0].handler);
    response.end(JSON.stringify({ result: answers[method]?.(params[0]) ?? {} }));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
Object.assign(process.env, {
  SST_SECRET_SecretKeys: 'secret-keys-value',
  SST_SECRET_KeystonePassword: 'p',
  SST_SECRET_NovaPassword: 'nova-password-value',
});

const app: Record<string, unknown> = { name: 'scoria', stage, providers: {}, removal: 'remove', protect: false };
Object.assign(globalThis, {
  $app: app,
  $dev: false,
  $cli: {
    command: 'deploy',
    rpc: '',
    state: { version: {} },
    paths: { root, work: join(root, '.sst'), home: '', platform: '' },
  },
});

const { pulumi, leakedPromises, config } = await import(pathToFileURL(bundle).href);
const made: Made[] = [];
const accountId = '123456789012';

/** What AWS would have added to a resource. */
function outputsOf({ type, name, inputs }: Made): Record<string, unknown> {
  const arn = `arn:aws:${type.split(':')[1]?.split('/')[0]}:eu-central-1:${accountId}:${inputs.name ?? name}`;
  const record = { resourceRecordName: '_x', resourceRecordType: 'CNAME', resourceRecordValue: '_y' };
  const domain = { domainValidationOptions: [{ domainName: inputs.domainName, ...record }] };
  const target = { domainNameConfiguration: { targetDomainName: 'd', hostedZoneId: 'z' } };
  const result = JSON.stringify({ schema: '0001-core' });
  return {
    arn,
    name,
    result,
    ...domain,
    ...target,
    url: `https://sqs.eu-central-1.amazonaws.com/${accountId}/${inputs.name ?? name}`,
    ...inputs,
  };
}

pulumi.runtime.setMocks(
  {
    newResource(one: Made) {
      made.push({ type: one.type, name: one.name, inputs: one.inputs });
      return { id: `${one.name}-id`, state: outputsOf(one) };
    },
    call({ token, inputs }: { token: string; inputs: { statements?: unknown } }) {
      if (token.includes('getPolicyDocument'))
        return { ...inputs, json: JSON.stringify({ Statement: inputs.statements }) };
      if (token.includes('getCallerIdentity')) return { accountId, arn: '', userId: '' };
      if (token.includes('getRegion')) return { region: 'eu-central-1', name: 'eu-central-1', id: 'eu-central-1' };
      if (token.includes('getPartition')) return { partition: 'aws', dnsSuffix: 'amazonaws.com' };
      if (token.includes('getAvailabilityZones'))
        return { names: ['eu-central-1a', 'eu-central-1b'], zoneIds: ['1', '2'] };
      if (token.includes('getZones')) return { ids: ['zone'] };
      if (token.includes('getZone')) return { zoneId: 'zone', name: 'example.com' };
      if (token.includes('getAmi')) return { id: 'ami', imageId: 'ami' };
      return inputs;
    },
  },
  'scoria',
  stage,
  false,
);

const told = await config.app({ stage });
Object.assign(app, told);
const outputs = (await config.run()) ?? {};
// All is made when for a second nobody has waited for anything: no promise of Pulumi's, no file, no request.
const idle = new Set(['TCPServerWrap', 'Timeout', 'PipeWrap', 'TTYWrap', 'TCPSocketWrap']);
const isQuiet = () => leakedPromises()[0].size === 0 && process.getActiveResourcesInfo().every((one) => idle.has(one));
for (let quiet = 0, seen = 0; quiet < 20; ) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  quiet = isQuiet() && seen === made.length ? quiet + 1 : 0;
  seen = made.length;
}
const plain: Record<string, unknown> = {};
for (const [name, value] of Object.entries(outputs)) {
  plain[name] = await new Promise((resolve) => pulumi.output(value).apply(resolve));
}
process.stdout.write(`${JSON.stringify({ app: told, resources: made, handlers: [...handlers], outputs: plain })}\n`);
process.exit(0);
