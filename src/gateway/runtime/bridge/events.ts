/** Event streams whose messages change on the way (HTML Living Standard §9.2.5). Keep-alives stay, and what is dropped leaves one, so that no hop takes the stream for dead. */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { UpstreamFault } from '../upstream/upstream.js';
import { asObject, isReply, type Json } from './json-rpc.js';

/** Null drops the message; the same object passes as it was written. */
export type Rewrite = (message: Json) => Json | null;

const LINE_END = /\r\n|\n|\r/;
/** The end of an event. */
const BLANK = /(?:\r\n|\n|\r(?!\n)){2,}/;
/** Characters of one event. */
const MOST = 4 * 2 ** 20;
/** A server need not close its stream behind the answer (SHOULD); ours ends there. */
const GRACE = 1000;
const COMMENT = ':\n\n';

/** The stream ends with the first answer that passes, which is the last thing that belongs on it. */
export class Events extends Transform {
  readonly #rewrite: Rewrite;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #size = 0;
  /** The last characters so far, in which an end may have begun. */
  #tail = '';
  #over = false;

  constructor(rewrite: Rewrite) {
    super();
    this.#rewrite = rewrite;
  }

  /** Ends it as if the answer had come. */
  finish(): void {
    this.#over = true;
    this.push(null);
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#decoder.write(bytes);
    this.#parts.push(text);
    this.#size += text.length;
    this.#tail += text;
    if (BLANK.test(this.#tail)) {
      const blocks = this.#parts.join('').split(BLANK);
      this.#tail = blocks.pop() ?? '';
      this.#parts = [this.#tail];
      this.#size = this.#tail.length;
      for (const block of blocks) this.#pass(block);
    }
    this.#tail = this.#tail.slice(-3);
    done(this.#size > MOST ? new UpstreamFault('answered') : null);
  }

  #pass(block: string): void {
    if (this.#over || block === '') return;
    const messages = messagesOf(block);
    const passed = messages.map((message) => [message, this.#rewrite(message)] as const);
    const isSame = passed.length === 1 && passed[0]?.[0] === passed[0]?.[1];
    const texts = passed.flatMap(([, message]) => (message ? [`event: message\ndata: ${JSON.stringify(message)}\n\n`] : []));
    this.push(isSame || isComment(block) ? `${block}\n\n` : texts.join('') || COMMENT);
    if (passed.some(([, message]) => message && isReply(message))) this.finish();
  }
}

const isComment = (block: string): boolean => block.split(LINE_END).every((line) => line === '' || line.startsWith(':'));

/** What an event says; nothing where it is of another type than MCP's, or no JSON-RPC. */
export function messagesOf(block: string): Json[] {
  const data: string[] = [];
  for (const line of block.replace(/^\ufeff/, '').split(LINE_END)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    if (name === 'event' && value !== 'message' && value !== '') return [];
  }
  try {
    return [JSON.parse(data.join('\n'))].flat().map(asObject).filter((message) => message['jsonrpc'] === '2.0');
  } catch {
    return [];
  }
}

export function rewriteEvents(body: Buffer | Readable, rewrite: Rewrite): Events {
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  const events = new Events(rewrite);
  // Whichever breaks off takes the other with it.
  pipeline(source, events, () => {});
  events.once('end', () => setTimeout(() => source.destroy(), GRACE).unref());
  return events;
}
