/** Results on their way to the client that are read and changed, as JSON or in events. What cannot be read does not pass. */
import { isUtf8 } from 'node:buffer';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { withData } from '../wire/event-data.js';
import { changeEvents, readEvent, type StreamEvent } from '../wire/events.js';
import { UpstreamFault } from '../wire/fault.js';
import { readBody } from '../wire/read-body.js';

/** JSON text → the text that passes. It throws a `SyntaxError` for what is no JSON, and any other error for what must not pass either. */
export type ChangeJson = (text: string) => string;

/**
 * Rejects with an `UpstreamFault` where a result cannot be read, and where it has not come whole after `wait` milliseconds.
 * @param longest bytes of one event; default as for any event that is changed
 */
export async function changeResults(response: UpstreamResponse, change: ChangeJson, wait: number, longest?: number): Promise<UpstreamResponse> {
  const { status, headers, body } = response;
  const type = String(headers['content-type'] ?? '').split(';', 1).join().trim().toLowerCase();
  const isEncoded = !/^(?:identity)?$/i.test(String(headers['content-encoding'] ?? '').trim());
  const isJson = type === 'application/json';
  const isRead = isJson || type === 'text/event-stream';
  // A client reads a result out of these alone.
  const isResult = status >= 200 && status < 300 && status !== 202;
  if (!isRead && !isResult) return response;
  if (isRead && !isJson && !isEncoded) return { ...response, headers: unframed(headers), body: changeEvents(body, (event) => changeEvent(event, change), longest) };

  // What is neither may still be empty, which is seen when it ends.
  const bytes = await readBody(body, wait, isJson && !isEncoded ? undefined : 0);
  if (bytes.length === 0) return { ...response, body: bytes };
  let text: string;
  try {
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8');
    text = change(bytes.toString());
  } catch (error) {
    // What a client takes for an error may be no JSON at all.
    if (isResult || !(error instanceof SyntaxError)) throw new UpstreamFault('answered', error);
    return { ...response, body: bytes };
  }
  const out = Buffer.from(text);
  return { ...response, headers: { ...unframed(headers), 'content-length': String(out.length) }, body: out };
}

/** Without headers that describe the bytes as they came. */
function unframed(headers: UpstreamResponse['headers']): UpstreamResponse['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:content-length|content-md5|etag|(?:content-|repr-)?digest)$/.test(name)));
}

/**
 * Lines that are neither fields nor comments, and so say nothing. A reader that drops a mark before such a line may still take it for a field, and what is
 * not read here does not pass. (`^` without the flag is the beginning of the text alone: the line ends of an event are the ones named.)
 */
const NO_FIELD = /(^|[\r\n])(?!(?:data|event|id|retry)(?:[:\r\n]|$)|:)[^\r\n]+/g;

function changeEvent({ raw, text: written }: StreamEvent, change: ChangeJson): Buffer {
  if (!isUtf8(raw)) throw new TypeError('not UTF-8');
  const text = written.replace(NO_FIELD, '$1:');
  if (text !== written) return changeEvent({ raw: Buffer.from(text), text }, change);
  const { isMessage, data } = readEvent(text);
  if (data.trim() === '') return raw;
  let out: string;
  try {
    out = change(data);
  } catch (error) {
    // Only what is no message may be something else than JSON: the endpoint of 2024-11-05 is a path.
    if (!isMessage && error instanceof SyntaxError) return raw;
    throw error;
  }
  return out === data ? raw : Buffer.from(withData(text, out));
}
