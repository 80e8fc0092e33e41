/**
 * Sessions whose instance has gone. A client that is told so seldom starts again by itself (MCP-WIRE §7, Session loss), so where the server keeps nothing
 * that matters, the gateway opens a new session behind the old id.
 */
import { inSession, sendTo, type Answered, type Call } from './call.js';
import { digest } from '../wire/digest.js';
import { messageText, POST_HEADERS } from '../wire/json-rpc.js';
import { keepsItsSession, type Init, type Leg } from '../identity/session.js';
import { discard } from '../upstream/deliver.js';
import { readBody } from '../wire/read-body.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

/** Kept ids: a replica that does not know of a new session opens one of its own. */
const MOST_KEPT = 10_000;
/** Characters of a server's own id, about as many as fit into a sealed one. */
const MOST_ID = 3000;

export class Renewals {
  /** The session in place of a lost one; null where the client has ended it. */
  readonly #legs = new Map<string, Promise<Leg | null>>();

  /** Says that the client itself has ended a session: nothing opens it again. */
  end(id: string): void {
    this.#keep(digest(id), Promise.resolve(null));
  }

  /** Sends a request to its session, which is opened again when it turns out to be lost. */
  async send(call: Call, sealed: Leg): Promise<Answered> {
    const key = digest(call.sessionId ?? '');
    const known = await this.#legs.get(key);
    const leg = known ?? sealed;
    const found = await attempt(call, leg);
    const init = call.session?.init ?? null;
    const isEnding = known === null || call.request.method === 'DELETE';
    if ((found && found.response.status !== 404) || !keepsItsSession(call.table) || init === null || isEnding) {
      if (found) return found;
      throw new UpstreamFault('refused');
    }
    if (found) discard(found.response);
    const renewed = await this.#renew(key, leg, call, init);
    if (!renewed) throw new UpstreamFault('refused');
    // Event ids are those of the session that is gone.
    const { 'last-event-id': _, ...headers } = call.request.headers;
    return sendTo({ ...call, request: { ...call.request, headers } }, renewed);
  }

  /** Requests that find the loss at the same moment wait for one new session. */
  #renew(key: string, lost: Leg, call: Call, init: Init): Promise<Leg | null> {
    const under = this.#legs.get(key);
    const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
    this.#keep(key, renewed);
    renewed.catch(() => this.#legs.delete(key));
    return renewed;
  }

  #keep(key: string, leg: Promise<Leg | null>): void {
    this.#legs.delete(key);
    this.#legs.set(key, leg);
    if (this.#legs.size > MOST_KEPT) this.#legs.delete(this.#legs.keys().next().value as string);
  }
}

/** Null where the instance has gone. */
function attempt(call: Call, leg: Leg): Promise<Answered | null> {
  return sendTo(call, leg).catch((error: unknown) => {
    if (error instanceof UpstreamFault && error.stage === 'refused') return null;
    throw error;
  });
}

/** Introduces the client again, at whatever instance comes next. */
async function open({ request, send, table }: Call, init: Init, { server }: Leg): Promise<Leg> {
  const say = (message: object): UpstreamRequest => {
    const { 'last-event-id': _, ...rest } = request.headers;
    const headers = { ...rest, ...POST_HEADERS };
    return { method: 'POST', headers, body: Buffer.from(messageText(message)), signal: request.signal };
  };
  const ended = ({ body }: UpstreamResponse): Promise<unknown> => readBody(body, table.timeouts.firstByte).catch(() => {});
  const { instance, response } = await send(say({ id: 'mcpgen', method: 'initialize', params: init }), { repeats: 1 });
  await ended(response);
  if (response.status !== 200) throw new UpstreamFault('sent');
  const upstreamId = String(response.headers['mcp-session-id'] ?? '');
  if (upstreamId.length > MOST_ID) throw new UpstreamFault('sent');
  const greeted = await send(inSession(say({ method: 'notifications/initialized' }), upstreamId), { at: instance });
  await ended(greeted.response);
  return { server, instance: instance.id, upstreamId };
}
