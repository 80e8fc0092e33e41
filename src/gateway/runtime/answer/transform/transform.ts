/** Changes to what passes, after everything was decided. */
import { isUtf8 } from 'node:buffer';
import { withData } from '../../wire/event-data.js';
import { changeEvents, readEvent, type StreamEvent } from '../../wire/events.js';
import type { HeaderChangesTable, TransformTable } from '../../tables/pool.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { pathsOf, redactJson } from './redact.js';

export interface Transform {
  request(headers: Readonly<Record<string, string>>, table: TransformTable): Record<string, string>;
  /** Rejects with an `UpstreamFault` where a result cannot be read, and so cannot be redacted, and where it has not come whole after `wait` milliseconds. */
  response(response: UpstreamResponse, table: TransformTable, wait: number): Promise<UpstreamResponse>;
}

type Paths = ReturnType<typeof pathsOf>;

export const TRANSFORM: Transform = {
  request: (headers, { request, response }) => ({ ...changed(headers, request), ...(response.redact.length > 0 && { 'accept-encoding': 'identity' }) }),
  response: async (response, table, wait) => {
    const headers = changed(response.headers, table.response);
    const { redact } = table.response;
    return redact.length === 0 ? { ...response, headers } : redacted({ ...response, headers }, pathsOf(redact), wait);
  },
};

/** Takes out both spellings of a name, since some servers read an underscore as a dash. */
function changed<T>(headers: Readonly<Record<string, T>>, { set, remove }: HeaderChangesTable): Record<string, T | string> {
  const names = new Set([...remove, ...set.map(([name]) => name)]);
  const rest = Object.entries(headers).filter(([name]) => !names.has(name.replaceAll('_', '-')));
  return Object.fromEntries<T | string>([...rest, ...set]);
}

async function redacted(response: UpstreamResponse, paths: Paths, wait: number): Promise<UpstreamResponse> {
  const { status, headers, body } = response;
  const type = String(headers['content-type'] ?? '').split(';', 1).join().trim().toLowerCase();
  const isEncoded = !/^(?:identity)?$/i.test(String(headers['content-encoding'] ?? '').trim());
  const isJson = type === 'application/json';
  const isRead = isJson || type === 'text/event-stream';
  // A client reads a result out of these alone.
  const isResult = status >= 200 && status < 300 && status !== 202;
  if (!isRead && !isResult) return response;
  if (isRead && !isJson && !isEncoded) return { ...response, headers: unframed(headers), body: changeEvents(body, (event) => redactEvent(event, paths)) };

  // What is neither may still be empty, which is seen when it ends.
  const bytes = await readBody(body, wait, isJson && !isEncoded ? undefined : 0);
  if (bytes.length === 0) return { ...response, body: bytes };
  let text: string;
  try {
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8');
    text = redactJson(bytes.toString(), paths);
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

function redactEvent({ raw, text: written }: StreamEvent, paths: Paths): Buffer {
  if (!isUtf8(raw)) throw new TypeError('not UTF-8');
  const text = written.replace(NO_FIELD, '$1:');
  if (text !== written) return redactEvent({ raw: Buffer.from(text), text }, paths);
  const { isMessage, data } = readEvent(text);
  if (data.trim() === '') return raw;
  let out: string;
  try {
    out = redactJson(data, paths);
  } catch (error) {
    // Only what is no message may be something else than JSON: the endpoint of 2024-11-05 is a path.
    if (!isMessage && error instanceof SyntaxError) return raw;
    throw error;
  }
  return out === data ? raw : Buffer.from(withData(text, out));
}
