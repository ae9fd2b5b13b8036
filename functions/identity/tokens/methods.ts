/** How somebody may prove who they are. */
export const methods: readonly string[] = ['password', 'token', 'application_credential'];
