// What an operator may set for the catalog of the embedded Keystone.
declare module '../http/settings.ts' {
  interface ApiSettings {
    /** The region that the catalog names. */
    readonly region: string;
    /** The URL of a Glance; null: our own image service, which has no images. */
    readonly imageUrl: string | null;
    /** The URL of a Barbican; null: our own keys, under /key-manager. */
    readonly keyManagerUrl: string | null;
  }
}

export const catalogDefaults = { region: 'RegionOne', imageUrl: null, keyManagerUrl: null };
