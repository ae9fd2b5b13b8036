/** The DATABASE_URL of an emulator: any ARN will do, as they name nothing here. */
export function emulated(endpoint: string): string {
  const url = new URL('data-api:///scoria');
  url.searchParams.set('cluster', 'arn:aws:rds:eu-central-1:000000000000:cluster:emulated');
  url.searchParams.set('secret', 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:emulated');
  url.searchParams.set('endpoint', endpoint);
  return url.href;
}
