/** A child that speaks 2026-07-28: every request is complete in itself, so one process serves all, and there is nothing to open or to end. */
import { addAbortSignal } from 'node:stream';
import { MODERN } from '../decision/revision.js';
import { VERSION } from '../wire/meta-keys.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { jsonAnswer, streamAnswer } from './answer.js';
import { createLinks, type Link } from './link.js';
import { errorText, readMessages, type Message } from './message.js';
import { createSession } from './session.js';
import { frame, type EventStream } from '../wire/event-stream.js';
import { supervise, type Running } from './supervisor.js';
import type { StdioOptions, StdioUpstream } from './upstream.js';

const SPOKEN = [MODERN];
/** Statuses of errors that are the transport's; others are answers (2026-07-28, Streamable HTTP § Error codes). */
const STATUS: Readonly<Record<number, number>> = { [-32700]: 400, [-32600]: 400, [-32601]: 404, [-32020]: 400, [-32021]: 400, [-32022]: 400 };
/** An answer that is not there by then comes as a stream, which can be kept alive. */
const SOON = 1000;

export function createModernUpstream(options: StdioOptions): StdioUpstream {
  const { child, log, keepAlive } = options;
  const closing = new AbortController();
  const links = createLinks({ ...options, child: { ...child, sharing: 'shared' } });
  const streams = new Set<EventStream>();

  const begin = async (link: Link): Promise<Running> => ({ link, status: 200, reply: { result: {} } });
  const running = supervise((whenGone) => links.launch(() => [], whenGone), log, closing.signal, begin);
  const beat = setInterval(() => {
    for (const stream of streams) stream.keepAlive();
  }, keepAlive).unref();

  const ask = ({ headers, signal }: UpstreamRequest, link: Link, message: Message): Promise<UpstreamResponse> =>
    new Promise((resolve, reject) => {
      const session = createSession(() => running(null), 2 * child.line, log);
      const stream = session.openPost(`${headers['accept']}`.includes('text/event-stream'));
      const show = (): void => {
        if (!stream.shown || streams.has(stream)) return;
        streams.add(stream);
        resolve(streamAnswer(stream));
      };
      const timer = setTimeout(show, SOON);
      // The first thing it says before its answer makes a stream of that.
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
      addAbortSignal(signal, stream);
      const answer = (text: string | null, status: number): void => {
        if (streams.has(stream)) {
          if (text !== null) event(frame(text));
          return void stream.end();
        }
        resolve(text === null ? jsonAnswer(202) : jsonAnswer(statusOf(text, status), text));
        stream.destroy();
      };
      link.ask(message, answer, session, stream);
    });

  const send = async (request: UpstreamRequest): Promise<UpstreamResponse> => {
    if (closing.signal.aborted) throw new UpstreamFault('refused');
    if (request.method !== 'POST') return jsonAnswer(405, errorText(null, 405, 'Method not allowed'), { allow: 'POST' });
    const read = readMessages(`${request.body}`);
    if (typeof read === 'number') return jsonAnswer(400, errorText(null, read, 'Not a JSON-RPC message'));
    const [message] = read.messages;
    if (read.batch || !message || message.kind === 'response') return jsonAnswer(400, errorText(null, -32600, 'One request or notification'));
    const { kind, id, meta, params } = message;
    if (kind === 'request' && meta[VERSION] === undefined) {
      const requested = params['protocolVersion'] ?? request.headers['mcp-protocol-version'] ?? null;
      return jsonAnswer(400, errorText(id, -32022, 'Unsupported protocol version', { supported: SPOKEN, requested }));
    }
    const { link } = await running(null);
    link.check();
    if (kind === 'request') return ask(request, link, message);
    // Cancelling is closing; an id in a message would be another client's as well as this one's.
    if (message.method !== 'notifications/cancelled') link.write(message.text);
    return jsonAnswer(202);
  };

  return {
    send,
    async close() {
      closing.abort();
      clearInterval(beat);
      await links.close();
    },
    status: () => ({ processes: links.running, restarts: Math.max(0, links.started - 1) }),
  };
}

function statusOf(text: string, status: number): number {
  const { error } = text.includes('"error"') ? (JSON.parse(text) as { error?: { code: number } }) : {};
  return (error && STATUS[error.code]) ?? status;
}
