/** Headers of one hop alone, which no hop passes on (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: readonly string[] = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade',
];

/**
 * Where an nginx in front repeats the client's own `Connection`: what that names is for the client's hop, and nginx, which cannot tell which headers those are,
 * passes them on.
 */
export const CONNECTION_OF_CLIENT = 'x-forwarded-connection';

const NOTHING: ReadonlySet<string> = new Set();

/** RFC 9110 §7.6.1: headers that `Connection` names are for this hop alone. Split without a pattern that could be made to take long. */
export function connectionNames(header: string | undefined, ofClient = ''): ReadonlySet<string> {
  if ((!header || header === 'keep-alive') && ofClient === '') return NOTHING;
  return new Set(`${header ?? ''},${ofClient}`.toLowerCase().split(',').map((name) => name.trim()));
}
