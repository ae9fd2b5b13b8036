// Targets where names cannot be looked up: addresses in a URL are checked, names when something is sent to them.
import type { Range } from './addresses.ts';
import type { WebhookTargets } from './port.ts';
import { refusalByText } from './target.ts';

export const targetsByText = (allowed: readonly Range[]): WebhookTargets => ({
  refusal: async (url) => refusalByText(url, allowed),
});
