import { Readable } from 'node:stream';
import { UpstreamFault, type UpstreamResponse } from '../upstream.js';
import { frame, SSE_HEADERS, type EventStream } from './sse.js';

/** The way back for what a request brings about. */
export interface Sink {
  /** False when only answers can go this way. */
  send(bytes: Buffer): boolean;
  /** Null when there will be none. The status counts while nothing has been sent; the result is undefined for errors. */
  answer(text: string | null, status: number, result?: unknown): void;
}

export interface Answer extends Sink {
  readonly response: Promise<UpstreamResponse>;
  /** Sends the head now rather than with the first message. */
  begin(): void;
}

type Headers = Readonly<Record<string, string>>;

/** Answers a POST of `missing` requests: on the stream if the client takes one, else with one JSON text when all is there. */
export function openAnswer(stream: EventStream, missing: number, batch: boolean, headers: Headers): Answer {
  const texts: string[] = [];
  let begun = false;
  let respond: (response: UpstreamResponse) => void;
  const response = new Promise<UpstreamResponse>((resolve, reject) => {
    respond = resolve;
    // The client has gone, which cancels nothing in these revisions.
    stream.on('close', () => reject(new UpstreamFault('sent')));
  });
  const begin = (): void => {
    begun = stream.shown;
    if (begun) respond({ status: 200, headers: { ...headers, ...SSE_HEADERS }, body: stream });
  };
  const send = (bytes: Buffer): boolean => {
    begin();
    if (begun) stream.event(bytes);
    return begun;
  };
  const answer = (text: string | null, status: number): void => {
    missing -= 1;
    const sent = text !== null && (begun || status === 200) && send(frame(text));
    if (text !== null && !sent) texts.push(text);
    if (missing > 0) return;
    if (begun) return void stream.end();
    respond(jsonAnswer(texts.length > 0 ? status : 202, batch ? `[${texts.join()}]` : texts.join(), headers));
    stream.destroy();
  };
  return { response, begin, send, answer };
}

export function jsonAnswer(status: number, text = '', headers: Headers = {}): UpstreamResponse {
  const body = Buffer.from(text);
  const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
  return { status, headers: described, body: Readable.from([body], { objectMode: false }) };
}
