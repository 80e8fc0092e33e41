/**
 * The load, a process of its own: connections that each send the same bytes as soon as their answer has come. It reads no more of an answer than where it
 * ends, so that it is not what is measured. Jobs and results are messages of the parent.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Histogram } from './histogram.js';
import { endWithParent } from './processes.js';

export interface Job {
  readonly port: number;
  readonly request: string;
  readonly concurrency: number;
  readonly seconds: number;
}

export interface Load {
  /** Answers with status 200, whole. */
  readonly completed: number;
  /** Connections that got anything else, and stopped there. */
  readonly failed: number;
  /** What came instead, the first time. */
  readonly failure: string | null;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '\r\n0\r\n\r\n';
/** Milliseconds after the end of the time in which the last answers must come. */
const GRACE = 10_000;

class Connection {
  readonly done: Promise<void>;
  readonly #socket: Socket;
  readonly #request: Buffer;
  /** Given what an answer was: its milliseconds, or what was wrong. @returns whether to send again */
  readonly #report: (outcome: number | string) => boolean;
  #finish: () => void = () => {};
  #over = false;
  #sentAt = 0;
  /** A head that has not come whole. */
  #head: Buffer | null = null;
  /** What is missing of the body: bytes, or everything up to the last chunk. */
  #missing: number | 'head' | 'chunks' = 'head';
  #tail = '';

  constructor(socket: Socket, request: Buffer, report: (outcome: number | string) => boolean) {
    this.#socket = socket;
    this.#request = request;
    this.#report = report;
    this.done = new Promise((resolve) => (this.#finish = resolve));
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.fail(String(error)));
    socket.on('close', () => this.fail('the connection was closed'));
  }

  send(): void {
    this.#missing = 'head';
    this.#tail = '\r\n';
    this.#sentAt = performance.now();
    this.#socket.write(this.#request);
  }

  /** It sends no more; one that has finished does not fail. */
  fail(why: string): void {
    if (this.#over) return;
    this.#report(why);
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#socket.destroy();
    this.#finish();
  }

  #read(bytes: Buffer): void {
    if (this.#over) return;
    const body = this.#missing === 'head' ? this.#readHead(bytes) : bytes;
    if (!body) return;
    if (this.#missing === 'chunks') {
      this.#tail = (this.#tail + body.toString('latin1', Math.max(0, body.length - LAST_CHUNK.length))).slice(-LAST_CHUNK.length);
      if (this.#tail !== LAST_CHUNK) return;
    } else {
      const missing = Number(this.#missing) - body.length;
      this.#missing = missing;
      if (missing < 0) return this.fail('more bytes than announced');
      if (missing > 0) return;
    }
    if (this.#report(performance.now() - this.#sentAt)) this.send();
    else this.#end();
  }

  /** @returns what is there of the body, null while the head is not whole or when it is wrong */
  #readHead(bytes: Buffer): Buffer | null {
    const all = this.#head ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = all.indexOf(HEAD_END);
    this.#head = end === -1 ? all : null;
    if (end === -1) return null;
    const head = all.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const framing = length === undefined ? (/\r\ntransfer-encoding: *chunked/i.test(head) ? 'chunks' : null) : Number(length);
    if (!head.startsWith('HTTP/1.1 200 ') || framing === null) {
      this.fail(all.toString('latin1', 0, 500));
      return null;
    }
    this.#missing = framing;
    return all.subarray(end + HEAD_END.length);
  }
}

async function run({ port, request, concurrency, seconds }: Job): Promise<Load> {
  const latencies = new Histogram();
  let [completed, failed, deadline] = [0, 0, Infinity];
  let failure: string | null = null;
  const report = (outcome: number | string): boolean => {
    if (typeof outcome === 'string') {
      failed++;
      failure ??= outcome;
      return false;
    }
    completed++;
    latencies.add(outcome);
    return performance.now() < deadline;
  };
  const bytes = Buffer.from(request);
  const sockets = await Promise.all(Array.from({ length: concurrency }, () => open(port).catch((error: unknown) => void report(String(error)))));
  const connections = sockets.flatMap((socket) => (socket ? [new Connection(socket, bytes, report)] : []));
  const startedAt = performance.now();
  deadline = startedAt + seconds * 1000;
  for (const connection of connections) connection.send();
  const watchdog = setTimeout(() => connections.forEach((connection) => connection.fail('no answer')), seconds * 1000 + GRACE);
  await Promise.all(connections.map(({ done }) => done));
  clearTimeout(watchdog);
  const took = (performance.now() - startedAt) / 1000;
  return { completed, failed, failure, seconds: took, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

endWithParent();
process.on('message', (job: Job) => {
  void run(job).then((load) => process.send?.(load));
});
