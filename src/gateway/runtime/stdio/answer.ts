import type { Readable } from 'node:stream';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { frame, type EventStream } from '../wire/event-stream.js';

/** Null when there will be no answer. The status counts while nothing has been sent. */
export type Answer = (text: string | null, status: number) => void;

/** The response to a POST of `missing` requests: the stream if it is shown, else one JSON text when all answers are there. */
export function respondOn(stream: EventStream, missing: number, batch: boolean): { response: Promise<UpstreamResponse>; answer: Answer } {
  const texts: string[] = [];
  let respond: (response: UpstreamResponse) => void;
  const response = new Promise<UpstreamResponse>((resolve, reject) => {
    respond = resolve;
    if (stream.shown) resolve(streamAnswer(stream));
    stream.on('close', () => reject(new UpstreamFault('sent')));
  });
  const answer: Answer = (text, status) => {
    missing -= 1;
    if (text !== null) texts.push(text);
    if (text !== null && stream.shown) stream.event(frame(text));
    if (missing > 0) return;
    if (stream.shown) return void stream.end();
    respond(jsonAnswer(texts.length > 0 ? status : 202, batch ? `[${texts.join()}]` : texts.join()));
    stream.destroy();
  };
  return { response, answer };
}

export function streamAnswer(body: Readable): UpstreamResponse {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
  return { status: 200, headers, body };
}

export function jsonAnswer(status: number, text = '', headers: Readonly<Record<string, string>> = {}): UpstreamResponse {
  const body = Buffer.from(text);
  const described = { ...headers, ...(text && { 'content-type': 'application/json' }), 'content-length': `${body.length}` };
  return { status, headers: described, body };
}
