// What an operator may set for requests that wait for a back end.
declare module '../http/settings.ts' {
  interface ApiSettings {
    /** How long a request waits for a back end to connect or disconnect a volume, or to list what it has. */
    readonly connectSeconds: number;
  }
}

export const attachmentDefaults = { connectSeconds: 20 };
