// What an operator may set for volumes.
declare module '../http/settings.ts' {
  interface ApiSettings {
    /** The zone of volumes that name none; null: any zone. */
    readonly defaultAvailabilityZone: string | null;
    /** The type of volumes that name none. */
    readonly defaultVolumeType: string | null;
  }
}

export const volumeDefaults = { defaultAvailabilityZone: null, defaultVolumeType: '__DEFAULT__' };
