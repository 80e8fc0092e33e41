/** Responses made of what a child says. */
import type { Readable } from 'node:stream';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { frame, STREAM_HEADERS, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault, type Failure } from '../wire/fault.js';
import { lostText, type Lost } from './lost.js';

/** Is given the text of the child's reply, or null when there will be none, and why it is lost where somebody still waits for it. */
export type OnReply = (text: string | null, lost?: Lost) => void;

interface Responding {
  readonly response: Promise<UpstreamResponse>;
  readonly onReply: OnReply;
}

/** To a POST of `missing` requests with these headers: the stream where the client takes one, else one JSON text when all replies are there. */
export function respondOn(stream: EventStream, { headers }: UpstreamRequest, missing: number, isBatch: boolean): Responding {
  const texts: string[] = [];
  let first: Lost | null = null;
  const failure = (): Lost | null => first;
  let respond: (response: UpstreamResponse) => void;
  const response = new Promise<UpstreamResponse>((resolve, reject) => {
    respond = resolve;
    if (stream.shown) resolve(streamResponse(stream, failure));
    stream.on('close', () => reject(new UpstreamFault('sent')));
  });
  const onReply: OnReply = (reply, lost) => {
    missing -= 1;
    first ??= lost ?? null;
    const text = lost ? lostText(headers, lost) : reply;
    if (text !== null) texts.push(text);
    if (text !== null && stream.shown) stream.event(frame(text));
    if (missing > 0) return;
    if (stream.shown) return void stream.end();
    const whole = jsonResponse(texts.length > 0 ? (lost?.status ?? 200) : 202, isBatch ? `[${texts.join()}]` : texts.join());
    respond(first ? { ...whole, failure } : whole);
    stream.destroy();
  };
  return { response, onReply };
}

const NONE = (): null => null;

/** Whether the client accepts an event stream. */
export function takesStream({ headers }: UpstreamRequest): boolean {
  return `${headers['accept']}`.includes('text/event-stream');
}

/** @param failure what is known, when it has ended, of a call that it did not answer */
export function streamResponse(body: Readable, failure: () => Failure | null = NONE): UpstreamResponse {
  return { status: 200, headers: STREAM_HEADERS, body, failure };
}

export function jsonResponse(status: number, text = '', headers: Readonly<Record<string, string>> = {}): UpstreamResponse {
  const body = Buffer.from(text);
  const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
  return { status, headers: described, body };
}
