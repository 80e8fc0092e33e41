/** Faults on the way to a server and back, told apart by how far the request had come. */

/** How far a failed request had come, which decides whether it may be tried elsewhere. */
export type FaultStage =
  /** Nobody listens there: no byte was written, and whatever lived there is gone. */
  | 'refused'
  /** Not connected in time, or no route: no byte was written. */
  | 'connect'
  /** All places are taken: no byte was written. */
  | 'full'
  /** Bytes may have been written: it may have been executed. */
  | 'sent'
  /** The same on a connection that was kept from before: most likely the server closed it at that moment, and is well. */
  | 'stale'
  /** Written, and no answer in time. */
  | 'timeout'
  /** The answer had begun. */
  | 'answered'
  /** The server sends its callers elsewhere, where no gateway follows. */
  | 'redirected'
  /** The server asks for credentials that the gateway does not have. */
  | 'denied'
  /** The server was asked, and lists nothing of the name that is to be used: that was not sent. */
  | 'unlisted'
  /** The server does not accept the token that its caller sent, and that was passed on to it. */
  | 'token-denied'
  /** The server wants a token that the gateway has exchanged, and the caller has none to exchange. */
  | 'token-missing'
  /** No token for the server could be had just now; nothing was sent to the server. */
  | 'token-unavailable'
  /** An authorization server gives no token for the server that could be used; nothing was sent to the server. */
  | 'token-withheld';

/** A call that was answered in place of a server that gave no answer: the reason that its client was told, and what failed. */
export interface Failure {
  readonly reason: string;
  readonly fault: UpstreamFault;
}

export class UpstreamFault extends Error {
  readonly stage: FaultStage;
  /** Seconds after which it is worth asking again, where that is known. */
  readonly retryAfter: number | undefined;
  /** @param cause an error, or a sentence that says what was wrong */
  constructor(stage: FaultStage, cause?: unknown, retryAfter?: number) {
    super(`upstream ${stage}`, { cause });
    this.stage = stage;
    this.retryAfter = retryAfter;
  }
}
