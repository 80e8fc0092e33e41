/**
 * One connection of the load: it sends a request as soon as the answer to the last has come, and reads no more of an answer than where it ends, so that the
 * load is not what is measured.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { SESSION_PLACEHOLDER } from './requests.js';

/** Given the milliseconds of an answer, or what was wrong. @returns whether to send again */
export type Reporter = (outcome: number | string) => boolean;

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
/** The place of a status line where the status stands, and what it must be. */
const STATUS_AT = 'HTTP/1.1 '.length;
const STATUS = Buffer.from('200 ');

/** All connections read into the same bytes, since each has looked at them before the next one reads. */
const READ_INTO = Buffer.alloc(262_144);

/** An answer's length is announced, or it ends with its last chunk. */
type Framing = { readonly kind: 'length'; missing: number } | { readonly kind: 'chunks'; tail: Buffer };

export class Connection {
  /** Resolves when it sends no more, for whatever reason. */
  readonly done: Promise<void>;
  readonly #socket: Socket;
  readonly #report: Reporter;
  #requests: readonly Buffer[] = [];
  #next = 0;
  #finish: () => void = () => {};
  #isOver = false;
  /** Told the head of the one answer that is not measured: that of the opening. */
  #onHead: ((head: string) => void) | null = null;
  #sentAt = 0;
  /** The beginning of a head that has not come whole. */
  #head: Buffer | null = null;
  /** Null until the head of the answer has come. */
  #framing: Framing | null = null;
  /** The bytes of the answer up to now. */
  #length = 0;
  /** The length of the last answer where its head announced it. The next one is usually as long: then it need not be looked into. */
  #usualLength = 0;

  static async open(port: number, report: Reporter): Promise<Connection> {
    const connection = new Connection(port, report);
    await once(connection.#socket, 'connect');
    return connection;
  }

  private constructor(port: number, report: Reporter) {
    this.#report = report;
    this.done = new Promise((resolve) => (this.#finish = resolve));
    const onread = {
      buffer: READ_INTO,
      callback: (length: number): boolean => {
        this.#read(READ_INTO.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('error', (error) => this.fail(String(error)));
    this.#socket.on('close', () => this.fail('the connection was closed'));
  }

  /** Opens a session; its requests then carry the id that was given. */
  async prepare(opening: Buffer | null, requests: readonly Buffer[], first: number): Promise<void> {
    this.#requests = requests;
    this.#next = first;
    if (opening === null) return;
    const opened = new Promise<string>((resolve) => (this.#onHead = resolve));
    this.#write(opening);
    const head = await Promise.race([opened, this.done]);
    const id = /\r\nmcp-session-id: *([^\r]+)/i.exec(head ?? '')?.[1];
    if (id === undefined) return this.fail(`no session was opened: ${head ?? 'the connection ended'}`);
    this.#requests = requests.map((request) => Buffer.from(request.toString('latin1').replace(SESSION_PLACEHOLDER, id), 'latin1'));
  }

  send(): void {
    if (this.#isOver) return;
    const request = this.#requests[this.#next] as Buffer;
    this.#next = (this.#next + 1) % this.#requests.length;
    this.#write(request);
  }

  /** It sends no more; one that has finished does not fail. */
  fail(why: string): void {
    if (this.#isOver) return;
    this.#report(why);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#socket.destroy();
    this.#finish();
  }

  #write(request: Buffer): void {
    this.#framing = null;
    this.#length = 0;
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  #read(bytes: Buffer): void {
    if (this.#isOver) return;
    const isUsual = this.#length === 0 && bytes.length === this.#usualLength && isStatusRight(bytes);
    this.#length += bytes.length;
    if (isUsual) return this.#answered();
    const body = this.#framing === null ? this.#readHead(bytes) : bytes;
    const framing: Framing | null = this.#framing;
    if (body === null || framing === null) return;
    if (framing.kind === 'chunks') {
      const tail = (body.length >= LAST_CHUNK.length ? body : Buffer.concat([framing.tail, body])).subarray(-LAST_CHUNK.length);
      if (tail.equals(LAST_CHUNK)) return this.#answered();
      // The bytes are those of all connections: what is kept is copied.
      framing.tail = Buffer.from(tail);
      return;
    }
    framing.missing -= body.length;
    if (framing.missing < 0) return this.fail('more bytes than announced');
    if (framing.missing > 0) return;
    this.#usualLength = this.#length;
    this.#answered();
  }

  #answered(): void {
    if (this.#onHead) return void (this.#onHead = null);
    if (this.#report(performance.now() - this.#sentAt)) this.send();
    else this.#end();
  }

  /** @returns what is there of the body, null while the head is not whole or when it is wrong */
  #readHead(bytes: Buffer): Buffer | null {
    const all = this.#head ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = all.indexOf(HEAD_END);
    this.#head = end === -1 ? Buffer.from(all) : null;
    if (end === -1) return null;
    const head = all.toString('latin1', 0, end);
    const framing = framingOf(head);
    if (framing === null || !isStatusRight(all)) {
      this.fail(all.toString('latin1', 0, 500));
      return null;
    }
    this.#framing = framing;
    this.#onHead?.(head);
    return all.subarray(end + HEAD_END.length);
  }
}

function isStatusRight(answer: Buffer): boolean {
  return answer[STATUS_AT] === STATUS[0] && answer[STATUS_AT + 1] === STATUS[1] && answer[STATUS_AT + 2] === STATUS[2] && answer[STATUS_AT + 3] === STATUS[3];
}

function framingOf(head: string): Framing | null {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return { kind: 'length', missing: Number(length) };
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? { kind: 'chunks', tail: Buffer.from('\r\n') } : null;
}
