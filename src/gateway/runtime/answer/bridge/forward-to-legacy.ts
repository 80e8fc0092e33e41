/** A modern client's request in a session at a legacy server. */
import type { Answered, Call } from '../call.js';
import { judgeSession, mayMeanLoss } from '../lost.js';
import { refusedBy, unusable } from '../unusable.js';
import type { Log } from '../../process/log.js';
import type { Delivered } from '../../upstream/deliver.js';
import type { UpstreamRequest, UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { at, messageText } from '../../wire/json-rpc.js';
import { objectText } from '../../wire/json-members.js';
import { isEventStream } from '../../wire/media-type.js';
import { readBody } from '../../wire/read-body.js';
import { ownAnswer, parseReply, passed, rewriteEvents } from './answers.js';
import { eventsFor, waitingFor, type Asked } from './asked.js';
import { legacyRequest, tell, type LegacySession } from './legacy-sessions.js';
import { modernReply } from './modern-replies.js';
import { plainHeaders } from './requests.js';

/** Rejects with the `UpstreamFault` 'refused' where the session has gone and nothing was executed in it. */
export async function forwardToLegacy(call: Call, asked: Asked, session: LegacySession, log: Log): Promise<Answered> {
  const { meta, method, params } = asked;
  const { signal } = call.request;
  const { upstreamId } = session;
  let { instance } = session;
  const id = (session.last += 1);
  // Many clients may have chosen the same id, and the same token.
  const renamed = new Map(meta.has('progressToken') ? [...meta, ['progressToken', `${id}`] as const] : meta);
  const text = objectText(new Map([...params, ['_meta', objectText(renamed)]]));
  session.headers = plainHeaders(call);
  session.vouching = call.vouching;
  session.active++;
  const release = (): void => {
    session.active--;
    session.seen = performance.now();
  };
  const cancel = (): void => {
    void tell(session, messageText({ method: 'notifications/cancelled', params: { requestId: id, reason: 'The client has gone' } }), instance);
  };

  const sent = legacyRequest(session, `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${text}}`, signal);
  let response: UpstreamResponse;
  let body: Buffer;
  try {
    ({ instance, response } = await call.send(sent, upstreamId === undefined ? {} : { at: instance }));
    if (response.status === 200 && isEventStream(response)) {
      const { body } = response;
      // One that is there as a whole may be a refusal.
      if (Buffer.isBuffer(body) && (await isLost(call, session, sent, { ...response, body }))) throw lost();
      const events = rewriteEvents(response.body, eventsFor(waitingFor(asked), id, session, instance));
      events.once('close', () => {
        release();
        if (!events.isOver) cancel();
      });
      return passed(200, response.headers, events);
    }
    body = await readBody(response.body, call.table.timeouts.response);
  } catch (error) {
    release();
    // It may run there, and nobody wants its answer (2026-07-28, Cancellation).
    if (signal.aborted && error instanceof UpstreamFault && error.stage !== 'connect') cancel();
    throw error;
  }
  release();
  const whole = { ...response, body };
  if (await isLost(call, session, sent, whole)) throw lost();
  return wholeAnswer(call, asked, session, { instance, response: whole }, log);
}

/** Nothing was executed in a session that is lost. */
async function isLost({ send, table }: Call, { upstreamId, instance, introduction }: LegacySession, sent: UpstreamRequest, whole: Whole): Promise<boolean> {
  if (upstreamId === undefined || !mayMeanLoss(whole)) return false;
  // A method that is not known is said with this status too.
  if (whole.status === 404) return at(parseReply(whole.body), 'error', 'code') !== -32601;
  const version = introduction['protocolVersion'];
  const judged = await judgeSession(sent, whole, table.timeouts.response, async (ping) => {
    const headers = typeof version === 'string' ? { ...ping.headers, 'mcp-protocol-version': version } : ping.headers;
    return (await send({ ...ping, headers }, { at: instance })).response;
  });
  return judged.isLost;
}

const lost = (): UpstreamFault => new UpstreamFault('refused', 'the server does not know the session any more');

type Whole = UpstreamResponse & { readonly body: Buffer };

function wholeAnswer(call: Call, asked: Asked, session: LegacySession, whole: Delivered & { readonly response: Whole }, log: Log): Answered {
  const { status, headers, body } = whole.response;
  const reply = parseReply(body);
  // Failures and limits are no less so for a modern client.
  const isFailure = status === 429 || status >= 500;
  if (reply) {
    const [usual, message] = modernReply(asked, reply, `${body}`, session.introduction['serverInfo']);
    return ownAnswer(isFailure ? status : usual, message, headers);
  }
  if (isFailure) return passed(status, headers, body);
  const fault = unusable(call, whole, asked.method, null);
  log('warn', 'bridge-refused', { ...refusedBy(call, whole.instance, fault), method: asked.method.slice(0, 64), status });
  throw fault;
}
