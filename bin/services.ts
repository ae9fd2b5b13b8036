// Chooses the services that a process serves.
import { automation } from '../functions/automation/service.ts';
import { blockStorage } from '../functions/block-storage.ts';
import type { Service } from '../functions/http/service.ts';
import { embeddedKeystone } from '../functions/identity/service.ts';
import { emptyImageService } from '../functions/images/service.ts';
import { embeddedKeyManager } from '../functions/key-manager/service.ts';

/** Our Keystone only when no other is used, and our empty image service only without a Glance. */
export function servicesOf(
  { keystone }: { readonly keystone?: unknown },
  { imageUrl }: { readonly imageUrl: string | null },
): [Service, ...Service[]] {
  const images = imageUrl === null ? [emptyImageService] : [];
  const identity = keystone === undefined ? [] : [embeddedKeystone];
  return [blockStorage, ...images, embeddedKeyManager, automation, ...identity];
}
