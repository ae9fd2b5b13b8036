// Requests that pass a user's token on, with one of our own beside it: so the other side knows that a service goes on
// with what the user began, and takes the user's token for longer than it lives.
import type { Http } from '../http/port.ts';
import type { ServiceSession } from './port.ts';

/** Adds X-Service-Token. Where no token of ours can be had, the request goes without: the user's may do. */
export function vouched(http: Http, session: ServiceSession): Http {
  return async (url, init) => {
    for (let again = false; ; again = true) {
      const token = await session.token().catch(() => null);
      if (token === null) return http(url, init);
      const response = await http(url, { ...init, headers: { ...init.headers, 'X-Service-Token': token } });
      if (response.status !== 401) return response;
      // Ours may have been revoked; the next one is new. What is sent as it comes cannot be sent twice.
      session.drop(token);
      if (again || init.body instanceof ReadableStream) return response;
      await response.body?.cancel();
    }
  };
}
