/**
 * A client that can send any bytes and does not mend the HTTP/1.1 answers that it reads. It says whether a body was complete or cut off, and can read several
 * answers on one connection.
 *
 *   const answer = await ask(port, { path: '/mcp/search', headers: { 'x-api-key': key }, message: listTools() });
 *   const connection = await dial(port);
 *   connection.send('GET / HTTP/1.1\r\n\r\n');
 *   const { status } = await connection.answer();
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Rejects, naming what did not happen, when the promise takes too long. The time is far longer than anything that works needs, so no test depends on it. */
export async function within<T>(promise: Promise<T>, what: string | (() => string), ms = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${ms} ms passed without ${typeof what === 'string' ? what : what()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until a condition holds, where no event announces it. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${ms} ms passed without ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

export interface Head {
  readonly status: number;
  readonly phrase: string;
  /** The headers, with names in lower case. The values of a repeated header are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The lines of the headers, unchanged. */
  readonly lines: readonly string[];
}

export interface HttpAnswer extends Head {
  readonly body: Buffer;
  readonly text: string;
  /** False when the connection ended before the body did. */
  readonly complete: boolean;
}

export interface Dialled {
  send(bytes: string | Buffer): void;
  /** Reads the whole of the next answer. */
  answer(method?: string): Promise<HttpAnswer>;
  /** Reads the head of the next answer. Its body is read with `body`. */
  head(method?: string): Promise<Head>;
  /** Reads the body until its text satisfies `enough`, or to its end. */
  body(enough?: (text: string) => boolean): Promise<{ readonly body: Buffer; readonly text: string; readonly complete: boolean }>;
  /** All bytes that came on this connection, as text. */
  received(): string;
  /** How the other side ended the connection. */
  readonly ended: Promise<'fin' | 'reset'>;
  readonly isOpen: boolean;
  /** Stops reading. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Ends our half of the connection, and still reads. */
  finish(): void;
  /** Closes the connection. */
  close(): void;
  /** Closes the connection with RST instead of FIN. */
  reset(): void;
}

export async function dial(port: number, { host = '127.0.0.1', from = undefined as string | undefined, allowHalfOpen = true } = {}): Promise<Dialled> {
  const socket = connect({ port, host, allowHalfOpen, ...(from === undefined ? {} : { localAddress: from }) });
  await within(once(socket, 'connect'), `a connection to ${host}:${port}`);
  socket.setNoDelay(true);
  return new Connection(socket);
}

class Connection implements Dialled {
  readonly ended: Promise<'fin' | 'reset'>;
  readonly #socket: Socket;
  readonly #all: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #over = false;
  #wake: (() => void)[] = [];
  #framing: Framing | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    const wake = (): void => {
      for (const each of this.#wake.splice(0)) each();
    };
    socket.on('data', (bytes: Buffer) => {
      this.#all.push(bytes);
      this.#rest = Buffer.concat([this.#rest, bytes]);
      wake();
    });
    this.ended = new Promise((resolve) => {
      const end = (how: 'fin' | 'reset'): void => {
        this.#over = true;
        resolve(how);
        wake();
      };
      socket.on('end', () => end('fin'));
      socket.on('error', () => end('reset'));
      socket.on('close', () => end('reset'));
    });
  }

  get isOpen(): boolean {
    return !this.#over;
  }
  send(bytes: string | Buffer): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }
  received(): string {
    return Buffer.concat(this.#all).toString('latin1');
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  finish(): void {
    this.#socket.end();
  }
  close(): void {
    this.#socket.destroy();
  }
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async answer(method = 'GET'): Promise<HttpAnswer> {
    let head = await this.head(method);
    while (head.status < 200) head = await this.head(method);
    return { ...head, ...(await this.body()) };
  }

  async head(method = 'GET'): Promise<Head> {
    await this.#until('the head of an answer', () => this.#rest.includes('\r\n\r\n'));
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`no HTTP answer; the connection brought ${JSON.stringify(this.received())}`);
    const [first = '', ...lines] = this.#rest.subarray(0, end).toString('latin1').split('\r\n');
    this.#rest = this.#rest.subarray(end + 4);
    const [, status, phrase = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first) ?? [];
    if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(first)}`);
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      const lower = name.toLowerCase();
      headers[lower] = lower in headers ? `${headers[lower]}, ${value}` : value;
    }
    this.#framing = framingOf(Number(status), headers, method);
    return { status: Number(status), phrase, headers, lines };
  }

  async body(enough: (text: string) => boolean = () => false): Promise<{ body: Buffer; text: string; complete: boolean }> {
    const framing = this.#framing;
    if (!framing) throw new Error('read the head first');
    const seen = (): boolean => {
      this.#rest = framing.take(this.#rest);
      return framing.done() || enough(framing.bytes().toString('utf8'));
    };
    await this.#until('the body of an answer', seen);
    const body = framing.bytes();
    return { body, text: body.toString('utf8'), complete: framing.done() || (this.#over && framing.endsWithConnection) };
  }

  async #until(what: string, satisfied: () => boolean): Promise<void> {
    await within(this.#watch(satisfied), () => `${what}; so far ${JSON.stringify(this.received().slice(-2000))}`);
  }
  async #watch(satisfied: () => boolean): Promise<void> {
    while (!satisfied() && !this.#over) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}

interface Framing {
  readonly endsWithConnection: boolean;
  /** Takes the bytes that belong to this body, and returns the rest. */
  take(bytes: Buffer): Buffer;
  done(): boolean;
  bytes(): Buffer;
}

function framingOf(status: number, headers: Readonly<Record<string, string>>, method: string): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return counted(0);
  if (headers['transfer-encoding']?.toLowerCase() === 'chunked') return chunked();
  return headers['content-length'] === undefined ? untilClose() : counted(Number(headers['content-length']));
}

function counted(length: number): Framing {
  let got = Buffer.alloc(0);
  return {
    endsWithConnection: false,
    take: (bytes) => {
      const missing = length - got.length;
      got = Buffer.concat([got, bytes.subarray(0, missing)]);
      return bytes.subarray(missing);
    },
    done: () => got.length >= length,
    bytes: () => got,
  };
}

function untilClose(): Framing {
  let got = Buffer.alloc(0);
  return {
    endsWithConnection: true,
    take: (bytes) => {
      got = Buffer.concat([got, bytes]);
      return Buffer.alloc(0);
    },
    done: () => false,
    bytes: () => got,
  };
}

function chunked(): Framing {
  const got: Buffer[] = [];
  let done = false;
  return {
    endsWithConnection: false,
    take: (bytes) => {
      let rest = bytes;
      while (!done) {
        const line = rest.indexOf('\r\n');
        if (line === -1) return rest;
        const head = rest.subarray(0, line).toString('latin1');
        if (!/^[0-9a-f]+$/i.test(head)) throw new Error(`not a chunk: ${JSON.stringify(rest.subarray(0, 200).toString('latin1'))}`);
        const size = parseInt(head, 16);
        if (rest.length < line + 2 + size + 2) return rest;
        if (size === 0) done = true;
        else got.push(rest.subarray(line + 2, line + 2 + size));
        rest = rest.subarray(line + 2 + size + 2);
      }
      return rest;
    },
    done: () => done,
    bytes: () => Buffer.concat(got),
  };
}

export interface AskOptions {
  readonly method?: string;
  readonly path?: string;
  /** Headers that override the defaults. Null leaves a header out, and an array repeats it. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: string | Buffer;
  /** The body, as a value that is sent as JSON. */
  readonly message?: unknown;
  readonly from?: string;
}

/** The bytes of a request. The default method is POST if there is a body, and GET if there is none. */
export function requestBytes({ method, path = '/', headers = {}, body, message }: AskOptions): Buffer {
  const text = message === undefined ? body : JSON.stringify(message);
  const payload = Buffer.from(text ?? '');
  const all: Record<string, string | readonly string[] | null> = {
    host: 'localhost',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'content-length': String(payload.length) }),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [value].flat().map((one) => `${name}: ${one}`)));
  const verb = method ?? (text === undefined ? 'GET' : 'POST');
  return Buffer.concat([Buffer.from(`${verb} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
}

/** Sends one request on a connection of its own, and reads the whole answer. */
export async function ask(port: number, options: AskOptions): Promise<HttpAnswer> {
  const connection = await dial(port, options.from === undefined ? {} : { from: options.from });
  try {
    connection.send(requestBytes(options));
    return await connection.answer(options.method);
  } finally {
    connection.close();
  }
}
