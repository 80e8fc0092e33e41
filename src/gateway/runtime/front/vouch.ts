/** What a server is told of the caller of a call: made for each sending, because signatures and tokens age. */
import type { Vouching } from '../answer/call.js';
import { tenantIn } from '../decision/facts.js';
import type { Exchange as Exchanging, Subject } from '../identity/exchange.js';
import type { PoolTable } from '../tables/pool.js';
import { CodedError } from '../wire/cause.js';
import { credentialIn } from '../wire/credential.js';
import { UpstreamFault } from '../wire/fault.js';
import { isSendable, NO_HEADERS, type OwnHeaders } from '../wire/own-headers.js';
import type { UpstreamRequest } from '../upstream/upstream.js';
import { ownerOf, type Exchange } from './exchange.js';
import { holderOf } from './holder.js';

/** The same, for whoever sends. */
export interface Sending extends Vouching {
  /**
   * Sends a request with what is said of its caller. A server that refuses a token which was kept for it is asked once more, with a new one.
   * Rejects with an `UpstreamFault`.
   */
  send<T>(request: UpstreamRequest, deliver: () => Promise<T>): Promise<T>;
}

/** Null where nothing is said of the caller to this server. */
export function vouchFor(server: string, { host }: PoolTable, exchange: Exchange): Sending | null {
  const { state, facts, head, told } = exchange;
  const { exchanges, forwarding, shown, tables } = state;
  const exchanging = exchanges.get(server)?.exchange ?? null;
  if (host || (!forwarding && !exchanging)) return null;
  const tenant = tenantIn(facts) ?? '';
  // What is said of a tenant's callers is for its own servers.
  if (!tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server)) return null;
  const { principal } = facts;
  // A server that has credentials of its own for the gateway knows it by those.
  const isFree = !exchanging && !shown.get(server)?.own.names.has('authorization');
  const passes = isFree && (forwarding?.passesBearer(tenant, principal) ?? false);
  const wantsToken = passes || exchanging !== null;
  const credential = wantsToken && principal?.kind === 'token' ? credentialIn(head.request.headers) : undefined;
  const subject =
    credential === undefined || principal?.kind !== 'token'
      ? null
      : { owner: ownerOf(exchange), holder: holderOf(exchange), credential, expiresAt: principal.expiresAt };
  return sending({ said: () => joined(told, forwarding?.signed(tenant) ?? NO_HEADERS), wantsToken, exchanging, subject });
}

/** Nothing else of an exchange: what is kept of it may live longer than that. */
interface Ground {
  readonly said: () => OwnHeaders;
  readonly wantsToken: boolean;
  /** Null where the caller's own token goes on. */
  readonly exchanging: Exchanging | null;
  readonly subject: Subject | null;
}

function sending({ said, wantsToken, exchanging, subject }: Ground): Sending {
  const token = (): string | Promise<string> | null => {
    if (!wantsToken) return null;
    if (!subject) throw new UpstreamFault('token-missing');
    if (subject.expiresAt <= Date.now()) throw new UpstreamFault('token-denied', new CodedError('TOKEN_EXPIRED', "the caller's token has expired", 'client'));
    return exchanging ? exchanging.token(subject) : subject.credential;
  };
  const headersWith = (used: string | null): OwnHeaders => (used === null ? said() : joined(said(), bearer(used)));
  return {
    wantsToken,
    credential: subject?.credential ?? null,
    own: async () => headersWith(await token()),
    async send(request, deliver) {
      const found = token();
      const used = typeof found === 'string' ? found : await found;
      const hasBody = request.body !== null;
      request.vouched = headersWith(used);
      try {
        return await deliver();
      } catch (error) {
        if (used === null || !subject || !isTurnedAway(error)) throw error;
        if (!exchanging) throw new UpstreamFault('token-denied');
        exchanging.drop(subject, used);
        // A new one that was refused is not better for being fetched again; and what is refused for its token has not run.
        if (typeof found !== 'string' || (hasBody && request.body === null)) throw error;
        request.vouched = headersWith(await exchanging.token(subject));
        return deliver();
      }
    },
  };
}

const isTurnedAway = (error: unknown): boolean =>
  error instanceof UpstreamFault && error.stage === 'denied' && error.cause instanceof CodedError && error.cause.code === 'UNAUTHORIZED';

const AUTHORIZATION: ReadonlySet<string> = new Set(['authorization']);

function bearer(token: string): OwnHeaders {
  if (!isSendable(token)) throw new UpstreamFault('token-withheld', new CodedError('TOKEN_UNSENDABLE', 'the token is too long for a header', 'client'));
  return { lines: `authorization: Bearer ${token}\r\n`, names: AUTHORIZATION };
}

function joined(first: OwnHeaders, second: OwnHeaders): OwnHeaders {
  if (first.lines === '' || second.lines === '') return first.lines === '' ? second : first;
  return { lines: first.lines + second.lines, names: new Set([...first.names, ...second.names]) };
}
