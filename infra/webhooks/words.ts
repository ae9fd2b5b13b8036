// Why there was no answer, for the owner of a subscription: what happened, and nothing of the network behind us.

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The receiver refused the connection.',
  ECONNRESET: 'The receiver broke the connection off.',
  EPIPE: 'The receiver broke the connection off.',
  ETIMEDOUT: 'The receiver could not be reached in time.',
  EHOSTUNREACH: 'The receiver cannot be reached.',
  ENETUNREACH: 'The receiver cannot be reached.',
  CERT_HAS_EXPIRED: 'The certificate of the receiver has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the receiver is self-signed.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the receiver is not one of a known authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the receiver is not one of a known authority.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate of the receiver is not one of a known authority.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the receiver is for another name.',
  EPROTO: 'The receiver does not speak TLS.',
};

export function inWords(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'The receiver did not answer in time.';
  if (!(error instanceof Error)) return 'The receiver could not be asked.';
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return 'The receiver answered with something that is not HTTP.';
  return (
    byCode[code] ?? (code === '' ? 'The receiver could not be asked.' : `The receiver could not be asked (${code}).`)
  );
}
