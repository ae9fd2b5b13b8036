// The compute service on Node: the Nova that the operator names.
import type { Http } from '../http/port.ts';
import type { ServiceSession } from '../identity/port.ts';
import { novaCompute } from './nova.ts';
import type { Compute } from './port.ts';

export interface NodeComputeOptions {
  /** Null: there is no compute service. */
  readonly compute: { readonly url: string; readonly identityUrl: string | null; readonly user: User } | null;
}

/** Who signs in at the Keystone of `identityUrl` (without /v3; null: the embedded one) to ask Nova. */
interface User {
  readonly name: string;
  readonly password: string;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

export interface NodeCompute {
  readonly compute?: Compute;
}

type SignsIn = (identityUrl: string | null, user: User) => ServiceSession;

export function nodeCompute({ compute }: NodeComputeOptions, http: Http, session: SignsIn): NodeCompute {
  if (compute === null) return {};
  const { url, identityUrl, user } = compute;
  return { compute: novaCompute({ url, session: session(identityUrl, user), http }) };
}
