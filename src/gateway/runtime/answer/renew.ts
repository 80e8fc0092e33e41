/**
 * Sessions whose instance has gone, or has forgotten them. A client that is told so seldom starts again by itself (MCP-WIRE §7, Session loss), so where the
 * server keeps nothing that matters, the gateway opens a new session behind the old id.
 */
import { inSession, sendTo, type Answered, type Call } from './call.js';
import { judgeSession, mayMeanLoss } from './lost.js';
import { unusable } from './unusable.js';
import { digest } from '../wire/digest.js';
import { messageText, POST_HEADERS } from '../wire/json-rpc.js';
import { ANY_INSTANCE, keepsItsSession, type Init, type Leg } from '../identity/session.js';
import { discard } from '../upstream/deliver.js';
import { readBody } from '../wire/read-body.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

/** Kept ids: a replica that does not know of a new session opens one of its own. */
const MOST_KEPT = 10_000;
/** Characters of a server's own id, about as many as fit into a sealed one. */
const MOST_ID = 3000;

export interface Renewals {
  /** Says that a session has been ended: nothing opens it again. @returns the session that stands in its place at the server, if there is one */
  end(id: string): Promise<Leg | null>;
  /** Sends a request to its session, which is opened again when it turns out to be lost. */
  send(call: Call, sealed: Leg): Promise<Answered>;
}

export function createRenewals(): Renewals {
  /** The session in place of a lost one; null where the client has ended it. */
  const legs = new Map<string, Promise<Leg | null>>();

  const keep = (key: string, leg: Promise<Leg | null>): void => {
    legs.delete(key);
    legs.set(key, leg);
    if (legs.size > MOST_KEPT) legs.delete(legs.keys().next().value as string);
  };

  /** Requests that find the loss at the same moment wait for one new session. */
  const renew = (key: string, lost: Leg, call: Call, init: Init): Promise<Leg | null> => {
    const under = legs.get(key);
    const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
    keep(key, renewed);
    renewed.catch(() => legs.get(key) === renewed && legs.delete(key));
    return renewed;
  };

  return {
    end: (id) => {
      const key = digest(id);
      const instead = legs.get(key) ?? Promise.resolve(null);
      keep(key, Promise.resolve(null));
      return instead.catch(() => null);
    },
    async send(call, sealed) {
      const key = digest(call.sessionId ?? '');
      const known = await legs.get(key);
      const leg = known ?? sealed;
      const sent = await attempt(call, leg);
      const found = sent && mayMeanLoss(sent.response) ? await judge(call, leg, sent) : sent;
      if (found && !found.isLost) return found;
      const init = call.session?.init ?? null;
      // Where its client has left, the body is not there any more either.
      const isEnding = known === null || call.request.method === 'DELETE' || (call.request.method === 'POST' && call.request.body === null);
      if (!keepsItsSession(call.table) || init === null || isEnding) {
        if (found?.response.status === 404) return found;
        // Whatever word the server has for it, the client is told as the specification says.
        if (found) discard(found.response);
        throw new UpstreamFault('refused', 'the server does not know the session any more');
      }
      if (found) discard(found.response);
      const renewed = await renew(key, leg, call, init);
      if (!renewed) throw new UpstreamFault('refused');
      // Event ids are those of the session that is gone.
      return sendTo({ ...call, request: withoutEventId(call.request) }, renewed);
    },
  };
}

type Judged = Answered & { readonly isLost?: boolean };

/** A server that keeps no sessions, or an instance that is any, has none to lose. Children are spoken for by modules of the gateway, which say 404. */
async function judge(call: Call, leg: Leg, answered: Answered): Promise<Judged> {
  const isAsked = leg.upstreamId !== '' && leg.instance !== ANY_INSTANCE && answered.instance?.upstream.origin !== undefined;
  if (!isAsked) return { ...answered, isLost: answered.response.status === 404 };
  const ask = async (request: UpstreamRequest): Promise<UpstreamResponse> => (await sendTo({ ...call, request }, leg)).response;
  return { ...answered, ...(await judgeSession(call.request, answered.response, call.table.timeouts.response, ask)) };
}

/** Null where the instance has gone. */
function attempt(call: Call, leg: Leg): Promise<Judged | null> {
  return sendTo(call, leg).catch((error: unknown) => {
    if (error instanceof UpstreamFault && error.stage === 'refused') return null;
    throw error;
  });
}

function withoutEventId(request: UpstreamRequest): UpstreamRequest {
  const { 'last-event-id': _, ...headers } = request.headers;
  return { ...request, headers };
}

/** Introduces the client again, at whatever instance comes next. */
async function open(call: Call, init: Init, { server }: Leg): Promise<Leg> {
  const { request, send, table } = call;
  const { headers, query = '', signal } = withoutEventId(request);
  const say = (text: string): UpstreamRequest => ({ method: 'POST', query, headers: { ...headers, ...POST_HEADERS }, body: Buffer.from(text), signal });
  const ended = ({ body }: UpstreamResponse): Promise<unknown> => readBody(body, table.timeouts.firstByte).catch(() => {});
  const opened = await send(say(`{"jsonrpc":"2.0","id":"mcpgen","method":"initialize","params":${init.text}}`), { repeats: 1 });
  const { instance, response } = opened;
  await ended(response);
  if (response.status !== 200) throw unusable(call, opened, 'initialize', null);
  const upstreamId = String(response.headers['mcp-session-id'] ?? '');
  if (upstreamId.length > MOST_ID) throw unusable(call, opened, 'initialize', {}, 'has a session id that is too long to be kept');
  const greeted = await send(inSession(say(messageText({ method: 'notifications/initialized' })), upstreamId), { at: instance });
  await ended(greeted.response);
  return { server, instance: instance.id, upstreamId };
}
