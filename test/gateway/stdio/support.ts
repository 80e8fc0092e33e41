import assert from 'node:assert/strict';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after } from 'node:test';
import type { StdioUpstream } from '#src/gateway/runtime/stdio/contract.js';
import { serveLegacy } from '#src/gateway/runtime/stdio/legacy.js';
import { serveModern } from '#src/gateway/runtime/stdio/modern.js';
import { createStdioUpstream } from '#src/gateway/runtime/stdio/upstream.js';
import type { ChildTable } from '#src/gateway/runtime/tables/pool.js';
import type { UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';
import { until } from '../../support/http.js';

/** Messages of any shape, read field by field: an assertion says what each should be. */
export type Json = { [key: string]: any };

export const CHILDREN = path.resolve('test/gateway/stdio/children');
export const INITIALIZE = { jsonrpc: '2.0', id: 'init', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } };

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Json;
}

export interface Started {
  readonly upstream: StdioUpstream;
  readonly logs: LogLine[];
  /** Pids of all children so far. */
  pids(): number[];
}

interface StartOptions {
  readonly child?: Partial<ChildTable>;
  readonly flags?: readonly string[];
  readonly script?: string;
  readonly env?: Record<string, string>;
  readonly keepAlive?: number;
  readonly timeouts?: { readonly firstByte: number; readonly response: number };
  readonly now?: () => number;
}

/** An upstream of one of the fixtures; after the file's tests it is closed, and no child of it may be left. */
export function start({ child, flags = [], script = 'server.mjs', env = {}, keepAlive = 60_000, timeouts, now }: StartOptions = {}): Started {
  const logs: LogLine[] = [];
  const table: ChildTable = {
    modern: false,
    command: [process.execPath, path.join(CHILDREN, script), ...flags],
    cwd: null,
    env: [],
    sharing: 'session',
    processes: 16,
    memory: 2 ** 30,
    line: 2 ** 20,
    idle: 600_000,
    ...child,
  };
  const log = (level: string, event: string, fields: Json = {}): void => void logs.push({ level, event, fields });
  const upstream = createStdioUpstream({ child: table, env, keepAlive, log, ...(timeouts && { timeouts }), ...(now && { now }) }, { serveLegacy, serveModern });
  const pids = (): number[] => logs.filter(({ event }) => event === 'child-started').map(({ fields }) => fields['pid']);
  // Nothing else may keep the process alive between two restarts.
  const awake = setInterval(() => {}, 1000);
  after(async () => {
    clearInterval(awake);
    upstream.close();
    await until('all children are gone', () => pids().every((pid) => !isAlive(pid)));
    // It learns of an end when all pipes are closed, which is later.
    await until('that is known', () => upstream.status().processes === 0);
  });
  return { upstream, logs, pids };
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly session?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** An answer that is read as a stream, also where it came whole. */
export type Streamed = UpstreamResponse & { readonly body: Readable };

export async function send(upstream: StdioUpstream, { method = 'POST', body, session, headers, signal }: Call): Promise<Streamed> {
  const response = await upstream.send({
    method,
    headers: { accept: 'application/json, text/event-stream', ...(session !== undefined && { 'mcp-session-id': session }), ...headers },
    body: body === undefined ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    signal: signal ?? new AbortController().signal,
  });
  return { ...response, body: Buffer.isBuffer(response.body) ? Readable.from([response.body], { objectMode: false }) : response.body };
}

/** The headers of a request that the gateway sends for this client. */
export const as = (client: string, tenant = ''): Record<string, string> => ({ 'x-mcpgen-caller': `${tenant} ${client}` });

export const JSON_ONLY = { accept: 'application/json' };

let lastId = 100;
export function request(method: string, params: Json = {}, id: string | number = (lastId += 1)): Json {
  return { jsonrpc: '2.0', id, method, params };
}

/** Opens a session and returns its id. */
export async function open(upstream: StdioUpstream, params: Json = {}, headers: Record<string, string> = {}): Promise<string> {
  const response = await send(upstream, { headers, body: { ...INITIALIZE, params: { ...INITIALIZE.params, ...params } } });
  assert.equal(response.status, 200);
  const answer = await json(response);
  assert.ok(answer['result'], JSON.stringify(answer));
  const session = String(response.headers['mcp-session-id']);
  assert.match(session, /^[\x21-\x7e]{20,}$/);
  await send(upstream, { session, body: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  return session;
}

/** The answer to one request, whatever else its stream carried. */
export async function call(upstream: StdioUpstream, session: string, method: string, params: Json = {}): Promise<Json> {
  const body = request(method, params);
  const response = await send(upstream, { session, body });
  assert.equal(response.status, 200);
  const answer = (await messages(response.body)).find(({ id }) => id === body['id']);
  assert.ok(answer, 'no answer');
  return answer;
}

/** One by one, as they come. */
export async function* events(body: Readable): AsyncGenerator<Json> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      if (event.startsWith(':')) continue;
      const [, data] = /^event: message\ndata: (.*)$/s.exec(event) ?? [];
      assert.ok(data !== undefined, `not an event: ${event}`);
      yield JSON.parse(data);
    }
  }
  assert.equal(text, '');
}

export async function messages(body: Readable): Promise<Json[]> {
  const all: Json[] = [];
  for await (const message of events(body)) all.push(message);
  return all;
}

export async function text({ body }: Streamed): Promise<string> {
  return (await body.toArray()).join('');
}

export async function json(response: Streamed): Promise<Json> {
  assert.equal(response.headers['content-type'], 'application/json');
  return JSON.parse(await text(response));
}

export async function next(stream: AsyncGenerator<Json>): Promise<Json> {
  const { value, done } = await stream.next();
  assert.ok(!done, 'the stream has ended');
  return value;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
