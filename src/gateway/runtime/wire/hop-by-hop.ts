/** Headers of one hop alone, which no hop passes on (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: readonly string[] = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade',
];

const NOTHING: ReadonlySet<string> = new Set();

/** RFC 9110 §7.6.1: headers that `Connection` names are for this hop alone. Split without a pattern that could be made to take long. */
export function connectionNames(header: string | undefined): ReadonlySet<string> {
  if (!header || header === 'keep-alive') return NOTHING;
  return new Set(header.toLowerCase().split(',').map((name) => name.trim()));
}
