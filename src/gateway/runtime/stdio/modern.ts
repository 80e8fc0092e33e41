/** A child that speaks 2026-07-28: every request is complete in itself, so one process serves all, and there is nothing to open or to end. */
import { addAbortSignal } from 'node:stream';
import { MODERN } from '../decision/revision.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { frame, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';
import { VERSION } from '../wire/meta-keys.js';
import { ownFailureText } from '../wire/replies.js';
import { callerOf } from './caller.js';
import type { Served, ServedOptions } from './contract.js';
import { createLinks, type Link } from './link.js';
import { lostText, type Lost } from './lost.js';
import { CANCELLED, idText, type Batch, type Message } from './message.js';
import { jsonResponse, streamResponse, takesStream, type OnReply } from './response.js';
import { createSession } from './session.js';
import { supervise, type Running } from './supervisor.js';

const SPOKEN = [MODERN];
/** Statuses of errors that are the transport's; other errors are answers (2026-07-28, Streamable HTTP § Error codes). */
const STATUS: Readonly<Record<number, number>> = { [-32700]: 400, [-32600]: 400, [-32601]: 404, [-32020]: 400, [-32021]: 400, [-32022]: 400 };
/** Milliseconds after which an answer comes as a stream, which can be kept alive. */
const SOON = 1000;

export function serveModern(options: ServedOptions, signal: AbortSignal): Served {
  const { child, log, keepAlive } = options;
  const links = createLinks({ ...options, child: { ...child, sharing: 'shared' } });
  /** Those that are the answer to a request. */
  const streams = new Set<EventStream>();

  const begin = async (link: Link): Promise<Running> => ({ link, reply: { result: {} }, text: '', lost: null });
  const running = supervise((onExit) => links.launch(() => [], onExit), log, signal, begin);
  const beat = setInterval(() => {
    for (const stream of streams) stream.keepAlive();
  }, keepAlive).unref();

  const ask = (request: UpstreamRequest, link: Link, message: Message): Promise<UpstreamResponse> =>
    new Promise((resolve, reject) => {
      // The child is shared, and not held back for one client.
      const session = createSession(callerOf(request), () => {}, 2 * child.line, log);
      const stream = session.openPost(takesStream(request));
      let failure: Lost | null = null;
      const show = (): void => {
        if (!stream.shown || streams.has(stream)) return;
        streams.add(stream);
        resolve(streamResponse(stream, () => failure));
      };
      const timer = setTimeout(show, SOON);
      // The first thing that the child says before its reply makes a stream of the answer.
      const event = stream.event.bind(stream);
      stream.event = (bytes) => {
        show();
        event(bytes);
      };
      // The client that closes its stream cancels (2026-07-28, Cancellation); where all has been answered there is nothing to cancel.
      stream.on('close', () => {
        clearTimeout(timer);
        streams.delete(stream);
        reject(new UpstreamFault('sent'));
        link.leave(session);
      });
      addAbortSignal(request.signal, stream);
      const onReply: OnReply = (reply, lost) => {
        failure = lost ?? null;
        const text = lost ? lostText(request.headers, lost) : reply;
        if (streams.has(stream)) {
          if (text !== null) event(frame(text));
          return void stream.end();
        }
        if (lost) resolve({ ...jsonResponse(lost.status, `${text}`), failure: () => lost });
        else resolve(text === null ? jsonResponse(202) : jsonResponse(statusOf(text), text));
        stream.destroy();
      };
      link.ask(message, onReply, session, stream);
    });

  const answer = async (request: UpstreamRequest, read: Batch): Promise<UpstreamResponse> => {
    const { headers } = request;
    if (request.method !== 'POST') return jsonResponse(405, ownFailureText(headers, null, 405, 'Method not allowed', 'method-not-allowed'), { allow: 'POST' });
    const [message] = read.messages;
    if (read.isBatch || !message || message.shape === 'response') {
      return jsonResponse(400, ownFailureText(headers, null, -32600, 'One request or notification', 'body-not-message'));
    }
    const { shape, meta, params } = message;
    if (shape === 'request' && meta[VERSION] === undefined) {
      const requested = params['protocolVersion'] ?? headers['mcp-protocol-version'] ?? null;
      const said = { supported: SPOKEN, requested };
      return jsonResponse(400, ownFailureText(headers, idText(message), -32022, 'Unsupported protocol version', 'revision-not-served', said));
    }
    const { link } = await running(null);
    link.check(callerOf(request).holder, shape === 'request' ? 1 : 0);
    if (shape === 'request') return ask(request, link, message);
    // A client cancels by closing its stream; an id in a message could be another client's as well.
    if (message.method !== CANCELLED) link.write(message.text);
    return jsonResponse(202);
  };

  return { links, answer, close: () => clearInterval(beat) };
}

function statusOf(text: string): number {
  const { error } = text.includes('"error"') ? (JSON.parse(text) as { error?: { code: number } }) : {};
  return (error && STATUS[error.code]) ?? 200;
}
