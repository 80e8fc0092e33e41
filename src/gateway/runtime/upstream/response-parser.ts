/**
 * Answers of HTTP/1.1 servers, read strictly (RFC 9112). What two readers could read in two ways is no answer. Else a server, or whoever
 * can make one echo bytes, decides what the next request on its connection is answered with.
 */

import { CodedError } from '../wire/cause.js';

/** Bytes of an answer's head with all that is announced before it (1xx), and of its trailers. */
const HEAD_LIMIT = 65_536;

/** The line of a chunk's size with its extensions, which nobody uses. */
const SIZE_LIMIT = 256;

const END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** The space before the phrase is missing where servers have no phrase. */
const STATUS_LINE = /HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t -~\x80-\xff]*)?\r\n/y;
/** RFC 9112 §5: spaces around a value are not of it. Words and spaces exclude each other, so that a line takes no longer than its length. */
const FIELD = /([!#$%&'*+.^`|~\w-]+):[\t ]*((?:[!-~\x80-\xff]+(?:[\t ]+[!-~\x80-\xff]+)*)?)[\t ]*\r\n/y;
/** With the end of the line, or of the chunk, before it. Few enough digits to be counted exactly. */
const SIZE_LINE = /^\r\n([\da-f]{1,12})(?:[\t ]*;[\t -~\x80-\xff]*)?\r\n$/i;
const LENGTH = /^\d{1,15}$/;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const TIMEOUT = /(?:^|[,\t ])timeout=(\d{1,9})/i;

/** How answers begin. */
const LETTER_H = 0x48;
/** The types of record by which a server of TLS answers who does not speak it. */
const TLS: ReadonlySet<number | undefined> = new Set([0x15, 0x16]);

/** What is no answer of HTTP/1.1, and what of it is not. */
class MalformedAnswer extends CodedError {
  constructor(what: string) {
    super('MALFORMED_ANSWER', what);
  }
}

const NO_STATUS = 'it does not begin with a status line of HTTP/1.1';

export type ResponseHeaders = Record<string, string | string[]>;

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Seconds for which the server keeps the connection after this answer: none when it says so, any when it does not say. */
  readonly keeps: number;
}

/** Reads one answer, in whatever pieces it comes. */
export interface ResponseParser {
  /** Null until it has come. */
  readonly head: ResponseHead | null;
  readonly done: boolean;
  /** True when something followed that nobody asked for. */
  readonly hasSurplus: boolean;
  /** @returns what of these bytes is body, as a copy: the bytes themselves are changed. Throws when they are no answer. */
  push(bytes: Buffer): Buffer;
  /** The connection has ended. @returns whether the answer had */
  end(): boolean;
}

type Step = 'head' | 'counted' | 'size' | 'chunk' | 'trailers' | 'rest' | 'done';

/** @param method that of the request, on which it depends whether an answer has a body */
export function responseParser(method: string): ResponseParser {
  let step: Step = 'head';
  /** Bytes still to come of what was counted. */
  let missing = 0;
  let room = HEAD_LIMIT;
  let held: Buffer = NOTHING;
  /** Where the body is in what was pushed. */
  let from = 0;
  let to = 0;

  /** One step. @returns where the next one begins, or -1 when it needs more bytes */
  const take = (bytes: Buffer, at: number): number => {
    if (step === 'done') return -1;
    if (step === 'size') return readSize(bytes, at);
    if (step === 'head' || step === 'trailers') return readBlock(bytes, at);
    const end = Math.min(at + missing, bytes.length);
    if (end === at) return -1;
    if (to === 0) from = to = at;
    // What comes in several chunks is moved together where it is: a view of each would cost more than its bytes.
    else bytes.copyWithin(to, at, end);
    to += end - at;
    missing -= end - at;
    if (missing === 0) step = step === 'chunk' ? 'size' : 'done';
    return end;
  };

  /** Lines up to an empty one. */
  const readBlock = (bytes: Buffer, at: number): number => {
    // A head that never comes would be waited for: said at once, the cause is known.
    if (step === 'head' && at < bytes.length && bytes[at] !== LETTER_H) {
      throw new MalformedAnswer(TLS.has(bytes[at]) ? 'it answers in TLS: its URL has to begin with https://' : NO_STATUS);
    }
    const end = bytes.indexOf(END, at);
    const length = (end === -1 ? bytes.length : end + 4) - at;
    if (length > room) throw new MalformedAnswer('its head, or its trailers, are larger than 64 kB');
    if (end === -1) return -1;
    room -= length;
    const lines = bytes.toString('latin1', at, end + 2);
    if (step === 'head') step = readHead(lines);
    else {
      // Checked and dropped: nothing in front was told of them. The line before them has not ended yet.
      readHeaders(lines, 2);
      step = 'done';
    }
    // What ends the head is read again with the first size.
    return step === 'size' ? end + 2 : end + 4;
  };

  const readHead = (block: string): Step => {
    STATUS_LINE.lastIndex = 0;
    const line = STATUS_LINE.exec(block);
    if (!line) throw new MalformedAnswer(NO_STATUS);
    const status = Number(line[2]);
    const headers = readHeaders(block, STATUS_LINE.lastIndex);
    // A change of protocol that nobody asked for.
    if (status === 101) throw new MalformedAnswer('it switches protocols (101) unasked');
    return status < 200 ? 'head' : frame(status, line[1] === '1', headers);
  };

  /** RFC 9112 §6.3: where the body ends. */
  const frame = (status: number, isCurrent: boolean, headers: ResponseHeaders): Step => {
    const coding = headers['transfer-encoding'];
    const length = headers['content-length'];
    const isOdd = coding !== undefined && (length !== undefined || !isCurrent || String(coding).toLowerCase() !== 'chunked');
    if (isOdd) throw new MalformedAnswer('its Transfer-Encoding is another than chunked, beside a Content-Length, or in HTTP/1.0');
    // Twice the same would be allowed; the copy that is passed on could not be both.
    if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length))) throw new MalformedAnswer('its Content-Length is no single number');
    missing = length === undefined ? Infinity : Number(length);
    const isEmpty = method === 'HEAD' || status === 204 || status === 304 || missing === 0;
    const body = isEmpty ? 'done' : coding !== undefined ? 'size' : length !== undefined ? 'counted' : 'rest';
    const persists = isCurrent && body !== 'rest' && !CLOSE.test(String(headers['connection'] ?? ''));
    parser.head = { status, headers, keeps: persists ? Number(TIMEOUT.exec(String(headers['keep-alive'] ?? ''))?.[1] ?? Infinity) : 0 };
    return body;
  };

  const readSize = (bytes: Buffer, at: number): number => {
    const end = bytes.indexOf(10, at + 2);
    if ((end === -1 ? bytes.length : end) - at > SIZE_LIMIT) throw new MalformedAnswer('the size of a chunk, with its extensions, is longer than 256 bytes');
    if (end === -1) return -1;
    const size = SIZE_LINE.exec(bytes.toString('latin1', at, end + 1))?.[1];
    if (size === undefined) throw new MalformedAnswer('the size of a chunk is no hexadecimal number');
    missing = parseInt(size, 16);
    step = missing === 0 ? 'trailers' : 'chunk';
    return missing === 0 ? end - 1 : end + 1;
  };

  const parser = {
    head: null as ResponseHead | null,
    done: false,
    hasSurplus: false,
    push(bytes: Buffer) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      let at = 0;
      from = to = 0;
      for (let next = 0; next !== -1; next = take(all, at)) at = next;
      held = at === all.length ? NOTHING : Buffer.from(all.subarray(at));
      parser.done = step === 'done';
      parser.hasSurplus = parser.done && held.length > 0;
      return from === to ? NOTHING : Buffer.from(all.subarray(from, to));
    },
    end: () => (parser.done ||= step === 'rest'),
  };
  return parser;
}

/** The headers from `at` to the end of the block; a repeated one is an array. Throws where a line is none. */
export function readHeaders(block: string, at: number): ResponseHeaders {
  const headers: ResponseHeaders = {};
  while (at < block.length) {
    FIELD.lastIndex = at;
    const [text = '', written = '', value = ''] = FIELD.exec(block) ?? [];
    if (text === '') throw new MalformedAnswer('a line of its head, or of its trailers, is no header line');
    at += text.length;
    const name = written.toLowerCase();
    const found = headers[name];
    // What every object has, such as `constructor`, is no header; a text assigned to `__proto__` goes nowhere.
    if (found === undefined || !Object.hasOwn(headers, name)) headers[name] = value;
    else if (typeof found === 'string') headers[name] = [found, value];
    else found.push(value);
  }
  return headers;
}
