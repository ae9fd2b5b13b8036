// What an operator may set for /scoria.
declare module '../http/settings.ts' {
  interface ApiSettings {
    /** The least minutes between two runs of a snapshot schedule. */
    readonly scheduleMinutes: number;
  }
}

export const automationDefaults = { scheduleMinutes: 15 };
