// The views of resources, found by their file.
import { existsSync } from 'node:fs';
import type { Version } from '../../functions/http/microversion.ts';
import type { View } from '../../functions/http/view.ts';

export interface VersionedField {
  readonly name: string;
  readonly since?: Version;
  readonly until?: Version;
}

const isView = (one: unknown): one is View<unknown> => typeof one === 'object' && one !== null && 'fields' in one;

/** The fields of a resource's views that came or went with a microversion, each once. */
export async function versionedFields(resource: string): Promise<VersionedField[]> {
  const file = new URL(`../../functions/${resource}/view.ts`, import.meta.url);
  if (!existsSync(file)) return [];
  const exported: Record<string, unknown> = await import(file.href);
  const fields = Object.values(exported)
    .filter(isView)
    .flatMap((one) => Object.entries(one.fields))
    .flatMap(([name, field]): VersionedField[] => (typeof field === 'function' ? [] : [{ name, ...field }]))
    .filter((field) => field.since !== undefined || field.until !== undefined);
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}
