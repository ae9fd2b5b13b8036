/**
 * The request as if one proxy of ours had passed it on: who asks is what Cloudflare says, and what the client wrote into
 * headers of proxies is gone.
 */
export function fromClient(request: Request): Request {
  const headers = new Headers(request.headers);
  const address = headers.get('cf-connecting-ip');
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-prefix'])
    headers.delete(name);
  if (address !== null) headers.set('x-forwarded-for', address);
  return new Request(request, { headers });
}
