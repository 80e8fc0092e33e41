/** Event streams whose messages change on the way (HTML Living Standard §9.2.5). What is dropped leaves a comment, so that no hop takes the stream for dead. */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { isEventStream } from '../headers.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';
import { asObject, isReply, parseReply, readBody, type Json } from './answers.js';

/** Null drops the message; the same object passes as it was written. */
export type Rewrite = (message: Json) => Json | null;

const LINE_END = /\r\n|\n|\r/;
/** The end of an event. */
const BLANK = /(?:\r\n|\n|\r(?!\n)){2,}/;
/** Characters of one event. */
const MOST = 4 * 2 ** 20;
/** A server need not close its stream behind the answer (SHOULD); ours ends there. */
const GRACE = 1000;

/** The stream ends with the first answer that passes, which is the last thing that belongs on it. */
export class Events extends Transform {
  readonly #rewrite: Rewrite;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #size = 0;
  /** The last characters so far, in which an end may have begun. */
  #tail = '';
  /** It has its answer, or needs none. */
  isOver = false;

  constructor(rewrite: Rewrite) {
    super();
    this.#rewrite = rewrite;
  }

  /** Ends it as if the answer had come. */
  finish(): void {
    this.isOver = true;
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
      try {
        for (const block of blocks) if (block && !this.isOver) this.#pass(block);
      } catch (error) {
        // JSON can be read that is nested too deeply to be written.
        return done(new UpstreamFault('answered', error));
      }
    }
    this.#tail = this.#tail.slice(-3);
    done(this.#size > MOST ? new UpstreamFault('answered') : null);
  }

  #pass(block: string): void {
    const lines = block.replace(/^\ufeff/, '').split(LINE_END);
    const messages = messagesIn(lines);
    const passed = messages.map(this.#rewrite).filter((message) => message !== null);
    const isSame = lines.every((line) => /^(?::|$)/.test(line)) || (messages.length === 1 && passed[0] === messages[0]);
    const texts = isSame ? [block] : passed.map((message) => `event: message\ndata: ${JSON.stringify(message)}`);
    this.push(`${texts.join('\n\n') || ':'}\n\n`);
    if (passed.some(isReply)) this.finish();
  }
}

/** What an event says; nothing where it is of another type than MCP's, or no JSON-RPC. */
function messagesIn(lines: readonly string[]): Json[] {
  const [data, types] = ['data:', 'event:'].map((field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length)));
  if (!types?.every((type) => /^ ?(?:message)?$/.test(type))) return [];
  try {
    return [JSON.parse(data?.join('\n') ?? '')].flat().map(asObject).filter(({ jsonrpc }) => jsonrpc === '2.0');
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

/** The answer alone, of JSON or a stream; null where there is none. */
export async function readReply(response: UpstreamResponse, within: number): Promise<Json | null> {
  if (!isEventStream(response)) return parseReply(await readBody(response.body, within));
  let reply: Json | null = null;
  await readBody(rewriteEvents(response.body, (message) => (isReply(message) ? (reply = message) : null)), within);
  return reply;
}
