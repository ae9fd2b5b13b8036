// Which settings a deploy to AWS hands to the functions, from the same tables as docs/settings.md.
import { computeVariables } from './compute.ts';
import { functionVariables } from './function.ts';
import { gatewayVariables } from './gateway.ts';
import { identityVariables } from './identity.ts';
import { keysVariables } from './keys.ts';
import { retentionVariables } from './retention.ts';
import { webhookVariables } from './webhooks.ts';

/** Settings of those tables that no shell hands over, with the reason. */
export const notHandedOver: Readonly<Record<string, string>> = {
  SCORIA_KEYSTONE_PASSWORD: 'a secret of the stage',
  SCORIA_NOVA_PASSWORD: 'a secret of the stage',
  SCORIA_KEYSTONE_JWS_KEYS: 'a file',
  SCORIA_OIDC_MAPPING: 'a file',
  AWS_REGION: 'said by Lambda',
  AWS_ACCESS_KEY_ID: 'said by Lambda',
  SCORIA_PROXIES: 'API Gateway is the one proxy',
  SCORIA_COUNTERS: 'functions share nothing but the database',
  SCORIA_HEADER_SECONDS: 'API Gateway has the connections',
  SCORIA_REQUEST_SECONDS: 'API Gateway has the connections',
  SCORIA_ANSWER_SECONDS: 'API Gateway has the connections',
  SCORIA_CONNECTIONS: 'API Gateway has the connections',
  SCORIA_CONNECTIONS_PER_ADDRESS: 'API Gateway has the connections',
};

/** The names of all settings that the deploying shell hands to the functions as they are. */
export const handedOver: readonly string[] = [
  ...functionVariables,
  ...identityVariables,
  ...computeVariables,
  ...keysVariables,
  ...gatewayVariables,
  ...webhookVariables,
  ...retentionVariables,
].flatMap(([name]) => (name in notHandedOver ? [] : [name]));
