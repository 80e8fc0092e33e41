/** A modern client's request in a session at a legacy server. */
import type { Answered, Call } from '../call.js';
import type { Log } from '../../process/log.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { at } from '../../wire/json-rpc.js';
import { isEventStream } from '../../wire/media-type.js';
import { readBody } from '../../wire/read-body.js';
import { ownAnswer, parseReply, passed, rewriteEvents } from './answers.js';
import { eventsFor, type Asked } from './asked.js';
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
  const renamed = meta['progressToken'] === undefined ? meta : { ...meta, progressToken: id };
  session.headers = plainHeaders(call);
  session.active++;
  const release = (): void => {
    session.active--;
    session.seen = performance.now();
  };
  const cancel = (): void => {
    void tell(session, { method: 'notifications/cancelled', params: { requestId: id, reason: 'The client has gone' } }, instance);
  };

  let response: UpstreamResponse;
  let body: Buffer;
  try {
    const sent = legacyRequest(session, { id, method, params: { ...params, _meta: renamed } }, signal);
    ({ instance, response } = await call.send(sent, upstreamId === undefined ? {} : { at: instance }));
    if (response.status === 200 && isEventStream(response)) {
      const events = rewriteEvents(response.body, eventsFor(asked, id, session, instance));
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
  return wholeAnswer(call, asked, session, { ...response, body }, log);
}

function wholeAnswer({ pool }: Call, asked: Asked, session: LegacySession, response: UpstreamResponse & { readonly body: Buffer }, log: Log): Answered {
  const { status, headers, body } = response;
  const reply = parseReply(body);
  const code = at(reply, 'error', 'code');
  // Ended sessions are a 404 (2025-11-25, Session Management), or what many servers say in its place; neither was executed.
  const isLost = (status === 404 && code !== -32601) || (status === 400 && code === -32000);
  if (isLost && session.upstreamId !== undefined) throw new UpstreamFault('refused');
  // Failures and limits are no less so for a modern client.
  const isFailure = status === 429 || status >= 500;
  if (reply) {
    const [usual, message] = modernReply(asked, reply, session.introduction['serverInfo']);
    return ownAnswer(isFailure ? status : usual, message, headers);
  }
  if (isFailure) return passed(status, headers, body);
  log('warn', 'bridge-refused', { server: pool.server, method: asked.method.slice(0, 64), status });
  throw new UpstreamFault('answered');
}
