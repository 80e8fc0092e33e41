/**
 * Answers of HTTP/1.1 servers, read strictly (RFC 9112): what two readers could read in two ways is no answer. Else a server, or whoever
 * can make one echo bytes, decides what the next request on its connection is answered with.
 */

import { HeaderLines, type ResponseHeaders } from './header-lines.js';

/** Bytes of an answer's head with all that is announced before it (1xx), and of its trailers. */
const HEAD_LIMIT = 65_536;

/** The line of a chunk's size with its extensions, which nobody uses. */
const SIZE_LIMIT = 256;

const END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** The space before the phrase is missing where servers have no phrase. */
const STATUS_LINE = /HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t -~\x80-\xff]*)?\r\n/y;
/** With the end of the line, or of the chunk, before it. Few enough digits to be counted exactly. */
const SIZE_LINE = /^\r\n([\da-f]{1,12})(?:[\t ]*;[\t -~\x80-\xff]*)?\r\n$/i;
const LENGTH = /^\d{1,15}$/;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const TIMEOUT = /(?:^|[,\t ])timeout=(\d{1,9})/i;

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Seconds for which the server keeps the connection after this answer: none when it says so, any when it does not say. */
  readonly keeps: number;
}

type Step = 'head' | 'counted' | 'size' | 'chunk' | 'trailers' | 'rest' | 'done';

export class ResponseParser {
  head: ResponseHead | null = null;
  #step: Step = 'head';
  /** Bytes still to come of what was counted. */
  #missing = 0;
  #room = HEAD_LIMIT;
  #held: Buffer = NOTHING;
  /** Where the body is in what was pushed. */
  #from = 0;
  #to = 0;
  readonly #toHead: boolean;
  readonly #lines: HeaderLines;

  /** @param lines what is known of other answers of the same server */
  constructor(method: string, lines = new HeaderLines()) {
    this.#toHead = method === 'HEAD';
    this.#lines = lines;
  }

  get done(): boolean {
    return this.#step === 'done';
  }

  /** True when something followed that nobody asked for. */
  get hasSurplus(): boolean {
    return this.done && this.#held.length > 0;
  }

  /** @returns what of these bytes is body, as a copy: the bytes themselves are changed. Throws when they are no answer. */
  push(bytes: Buffer): Buffer {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    let at = 0;
    this.#from = this.#to = 0;
    for (let next = 0; next !== -1; next = this.#take(all, at)) at = next;
    this.#held = at === all.length ? NOTHING : Buffer.from(all.subarray(at));
    return this.#from === this.#to ? NOTHING : Buffer.from(all.subarray(this.#from, this.#to));
  }

  /** The connection has ended. @returns whether the answer had */
  end(): boolean {
    if (this.#step === 'rest') this.#step = 'done';
    return this.done;
  }

  /** One step. @returns where the next one begins, or -1 when it needs more bytes */
  #take(bytes: Buffer, at: number): number {
    switch (this.#step) {
      case 'head':
      case 'trailers':
        return this.#block(bytes, at);
      case 'counted':
      case 'chunk':
      case 'rest': {
        const end = Math.min(at + this.#missing, bytes.length);
        if (end === at) return -1;
        if (this.#to === 0) this.#from = this.#to = at;
        // What comes in several chunks is moved together where it is: a view of each would cost more than its bytes.
        else bytes.copyWithin(this.#to, at, end);
        this.#to += end - at;
        this.#missing -= end - at;
        if (this.#missing === 0) this.#step = this.#step === 'chunk' ? 'size' : 'done';
        return end;
      }
      case 'size':
        return this.#size(bytes, at);
      case 'done':
        return -1;
    }
  }

  /** Lines up to an empty one. */
  #block(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(END, at);
    const length = (end === -1 ? bytes.length : end + 4) - at;
    if (length > this.#room) throw new Error('head too large');
    if (end === -1) return -1;
    this.#room -= length;
    const lines = bytes.toString('latin1', at, end + 2);
    if (this.#step === 'head') this.#step = this.#begin(lines);
    else {
      // Checked and dropped: nothing in front was told of them. The line before them has not ended yet.
      this.#lines.read(lines, 2);
      this.#step = 'done';
    }
    // What ends the head is read again with the first size.
    return this.#step === 'size' ? end + 2 : end + 4;
  }

  #begin(block: string): Step {
    STATUS_LINE.lastIndex = 0;
    const line = STATUS_LINE.exec(block);
    if (!line) throw new Error('no status line');
    const status = Number(line[2]);
    const headers = this.#lines.read(block, STATUS_LINE.lastIndex);
    // A change of protocol that nobody asked for.
    if (status === 101) throw new Error('protocol switched');
    return status < 200 ? 'head' : this.#frame(status, line[1] === '1', headers);
  }

  /** RFC 9112 §6.3: where the body ends. */
  #frame(status: number, isCurrent: boolean, headers: ResponseHeaders): Step {
    const coding = headers['transfer-encoding'];
    const length = headers['content-length'];
    if (coding !== undefined && (length !== undefined || !isCurrent || String(coding).toLowerCase() !== 'chunked')) throw new Error('transfer-encoding');
    // Twice the same would be allowed; the copy that is passed on could not be both.
    if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length))) throw new Error('content-length');
    this.#missing = length === undefined ? Infinity : Number(length);
    const isEmpty = this.#toHead || status === 204 || status === 304 || this.#missing === 0;
    const step = isEmpty ? 'done' : coding !== undefined ? 'size' : length !== undefined ? 'counted' : 'rest';
    const persists = isCurrent && step !== 'rest' && !CLOSE.test(String(headers['connection'] ?? ''));
    this.head = { status, headers, keeps: persists ? Number(TIMEOUT.exec(String(headers['keep-alive'] ?? ''))?.[1] ?? Infinity) : 0 };
    return step;
  }

  #size(bytes: Buffer, at: number): number {
    let digits = at + 2;
    while (isHex(bytes[digits])) digits++;
    // Nearly all are digits between two line ends, which need no second look; what else there is, an extension or a fault, is read as a text.
    const isPlain = digits > at + 2 && digits <= at + 14 && endsLine(bytes, at) && endsLine(bytes, digits);
    const end = isPlain ? digits + 1 : bytes.indexOf(10, at + 2);
    if ((end === -1 ? bytes.length : end) - at > SIZE_LIMIT) throw new Error('chunk size too long');
    if (end === -1) return -1;
    const size = isPlain ? bytes.toString('latin1', at + 2, digits) : SIZE_LINE.exec(bytes.toString('latin1', at, end + 1))?.[1];
    if (size === undefined) throw new Error('chunk size');
    this.#missing = parseInt(size, 16);
    this.#step = this.#missing === 0 ? 'trailers' : 'chunk';
    return this.#missing === 0 ? end - 1 : end + 1;
  }
}

const endsLine = (bytes: Buffer, at: number): boolean => bytes[at] === 13 && bytes[at + 1] === 10;
const isHex = (byte = 0): boolean => (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);
