/** Why something failed behind the gateway, in the words of log lines and of operators' pages. */
import { UpstreamFault, type FaultStage } from './fault.js';

/** Whose fault it is: the server's, that of the way to it, of what the config says, of the gateway's own limits, or of who called. */
export type Blame = 'server' | 'network' | 'config' | 'gateway' | 'client';

export interface Cause {
  /** A code of the system, of TLS, or of this table: never what a server wrote. */
  readonly code: string;
  /** A sentence for people, of bounded length. */
  readonly cause: string;
  readonly blame: Blame;
}

/** An error that names its own cause. */
export class CodedError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Where an error has no code of its own. */
const OF_STAGE: Readonly<Record<FaultStage, Cause>> = {
  refused: { code: 'NOT_RUNNING', cause: 'nothing runs there', blame: 'server' },
  connect: { code: 'NOT_CONNECTED', cause: 'no connection in time (timeouts.connect)', blame: 'network' },
  full: { code: 'FULL', cause: 'all places are taken', blame: 'gateway' },
  sent: { code: 'CLOSED', cause: 'the connection was closed before an answer', blame: 'server' },
  stale: { code: 'CLOSED', cause: 'the server closed a connection that it had kept', blame: 'server' },
  timeout: { code: 'NO_ANSWER', cause: 'no answer in time (timeouts.firstByte)', blame: 'server' },
  answered: { code: 'BROKEN_ANSWER', cause: 'the answer broke off', blame: 'server' },
  redirected: { code: 'REDIRECT', cause: 'it redirects', blame: 'config' },
  unlisted: { code: 'NOT_LISTED', cause: 'the server lists nothing of that name', blame: 'client' },
  denied: { code: 'UNAUTHORIZED', cause: 'it wants other credentials', blame: 'config' },
};
const OF_CODE: Readonly<Record<string, Blame>> = {
  ENOTFOUND: 'config', EAI_AGAIN: 'network', ENETUNREACH: 'network', EHOSTUNREACH: 'network', ETIMEDOUT: 'network', ECONNREFUSED: 'server',
  BREAKER_OPEN: 'gateway', UNSENDABLE: 'client',
};
/** Errors of TLS say nothing of the network. */
const OF_TLS = /CERT|SIGNATURE|ALTNAME|SSL|TLS|EPROTO|ISSUER|CRL/;
/** Characters of a sentence: certificates and parsers may say much. */
const MOST = 300;

/** Of an error that was caught behind the gateway. */
export function causeOf(error: unknown): Cause {
  const fault = error instanceof UpstreamFault ? error : new UpstreamFault('sent', error);
  const usual = OF_STAGE[fault.stage];
  const { cause } = fault;
  const code = codeOf(cause) ?? usual.code;
  return { code, cause: sentence(cause) ?? usual.cause, blame: OF_CODE[code] ?? (OF_TLS.test(code) ? 'server' : usual.blame) };
}

/** Errors of the browser's kind have numbers for codes, which say nothing. */
function codeOf(error: unknown): string | null {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : null;
}

function sentence(error: unknown): string | null {
  if (error instanceof UpstreamFault) return causeOf(error).cause;
  // An attempt at several addresses of a name has an error for each, and no message of its own.
  const all = error instanceof AggregateError ? error.errors : [error];
  const said = all.map((one: unknown) => (one instanceof Error ? one.message : typeof one === 'string' ? one : '')).filter((text) => text !== '');
  return said.length === 0 ? null : said.join('; ').replace(/\s+/g, ' ').slice(0, MOST);
}
