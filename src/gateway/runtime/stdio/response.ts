/** Responses made of what a child says. */
import type { Readable } from 'node:stream';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { frame, STREAM_HEADERS, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';

/** Is given the text of the child's reply, or null when there will be none. The status counts while nothing has been sent. */
export type OnReply = (text: string | null, status: number) => void;

/** To a POST of `missing` requests: the stream where the client takes one, else one JSON text when all replies are there. */
export function respondOn(stream: EventStream, missing: number, isBatch: boolean): { response: Promise<UpstreamResponse>; onReply: OnReply } {
  const texts: string[] = [];
  let respond: (response: UpstreamResponse) => void;
  const response = new Promise<UpstreamResponse>((resolve, reject) => {
    respond = resolve;
    if (stream.shown) resolve(streamResponse(stream));
    stream.on('close', () => reject(new UpstreamFault('sent')));
  });
  const onReply: OnReply = (text, status) => {
    missing -= 1;
    if (text !== null) texts.push(text);
    if (text !== null && stream.shown) stream.event(frame(text));
    if (missing > 0) return;
    if (stream.shown) return void stream.end();
    respond(jsonResponse(texts.length > 0 ? status : 202, isBatch ? `[${texts.join()}]` : texts.join()));
    stream.destroy();
  };
  return { response, onReply };
}

/** Whether the client accepts an event stream. */
export function takesStream({ headers }: UpstreamRequest): boolean {
  return `${headers['accept']}`.includes('text/event-stream');
}

export function streamResponse(body: Readable): UpstreamResponse {
  return { status: 200, headers: STREAM_HEADERS, body };
}

export function jsonResponse(status: number, text = '', headers: Readonly<Record<string, string>> = {}): UpstreamResponse {
  const body = Buffer.from(text);
  const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
  return { status, headers: described, body };
}
