// What an operator may set for the API: here what the kernel reads. A resource adds its own in its settings.ts, with
// `declare module`, so that handlers find them in `call.settings`; functions/settings.ts has every default.
import { defaultLimits, type LimitSettings } from './limits.ts';

export interface ApiSettings {
  /** The URL that clients use, when it differs from the request's own (behind a proxy); null: the request's own. */
  readonly publicUrl: string | null;
  /** Where clients get tokens; named in the 401 challenge. */
  readonly identityUrl: string;
  /** The most items of one page (osapi_max_limit). */
  readonly maxLimit: number;
  /** The largest request body in bytes. */
  readonly maxBodyBytes: number;
  readonly limits: LimitSettings;
  /** How many trusted proxies stand in front: the last N values of X-Forwarded-For, -Host and -Proto are theirs. */
  readonly proxies: number;
  /** Origins whose web pages may call the API from a browser; `*` for all. None: CORS is off. */
  readonly corsOrigins: readonly string[];
  /** Whether answers can be streams: a function answers once. */
  readonly streams: boolean;
}

export const kernelDefaults = {
  publicUrl: null,
  identityUrl: 'http://127.0.0.1:8776/identity',
  maxLimit: 1000,
  maxBodyBytes: 114_688,
  limits: defaultLimits,
  proxies: 0,
  corsOrigins: [],
  streams: true,
};
