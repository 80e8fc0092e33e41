/** What the gateway shows one server of itself, whoever calls: headers on every request, and a certificate on every connection. */
import type { SecureContext } from 'node:tls';
import { NO_HEADERS, type OwnHeaders } from '../wire/own-headers.js';

export interface Shown {
  readonly own: OwnHeaders;
  /** What TLS is made with; null for the authorities that Node trusts, and no certificate of ours. */
  readonly secure: { readonly context: SecureContext; /** Of all that it is made of. */ readonly digest: string } | null;
  /** It is told of the caller by a token of the caller's: a probe, which has none, may be turned away by a server that is well. */
  readonly wantsToken: boolean;
}

/** What is shown now: a reload changes it for the instances that are there, so that their sessions and breakers stay. */
export interface ShownNow {
  now: Shown;
}

export const SHOWS_NOTHING: Shown = { own: NO_HEADERS, secure: null, wantsToken: false };
