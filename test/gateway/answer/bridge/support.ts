/** Servers of one era each, written by hand: they check what reaches them as strictly as their revision asks. */
import { decodeHeader } from '#src/gateway/runtime/decision/revision.js';
import { initialize, modern, modernHeaders, request, VERSION, type Params } from '../../../support/gateway-messages.js';
import { ask, dial, requestBytes, type AskOptions, type Dialled, type HttpAnswer } from '../../../support/http.js';
import { json, startUpstream, stream, type FakeUpstream, type Received } from '../../../support/upstreams.js';

/** Messages of any shape, read field by field: an assertion says what each should be. */
export type Json = { [key: string]: any };

const MODERN = '2026-07-28';
const INFO = { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '7' } };
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true },
  logging: {},
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
export const REGION_TOOL = {
  name: 'region',
  inputSchema: {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, deep: { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'N' } } } },
  },
};

export interface ModernServer extends FakeUpstream {
  /** Tool calls that were executed, by name. */
  readonly executed: string[];
  /** How `initialize` is refused. */
  refusal: { status: number; code: number; data?: unknown };
  /** The header that `region` wants, which a new version of the server may rename. */
  header: string;
  /** Cache fields of discover and lists. */
  caching: Json;
}

/** A server of 2026-07-28 and nothing else. */
export async function startModern(): Promise<ModernServer> {
  const server = Object.assign(await startUpstream(), {
    executed: [] as string[],
    refusal: { status: 400, code: -32022, data: { supported: [MODERN], requested: null } as unknown },
    header: 'Region',
    caching: { ttlMs: 600_000, cacheScope: 'public' } as Json,
  }) as ModernServer;
  server.behave = (received) => serveModern(server, received);
  return server;
}

function serveModern(server: ModernServer, { message, method, headers, response }: Received): void {
  if (method !== 'POST' || !message) return void response.writeHead(405, { allow: 'POST' }).end();
  const { id, method: what = '', params = {} } = message;
  const fail = (status: number, code: number, data?: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({
      jsonrpc: '2.0',
      id,
      error: { code, message: `refused ${code}`, data },
    }));
  const meta = (params['_meta'] ?? {}) as Json;
  if (meta[VERSION] === undefined) return fail(server.refusal.status, server.refusal.code, server.refusal.data);
  if (meta[VERSION] !== MODERN) return fail(400, -32022, { supported: [MODERN], requested: meta[VERSION] });
  if (meta['io.modelcontextprotocol/clientCapabilities'] === undefined) return fail(400, -32602);
  const name = ({ 'tools/call': params['name'], 'prompts/get': params['name'], 'resources/read': params['uri'] } as Json)[what];
  const isNamed = name === undefined || decodeHeader(headers['mcp-name'] ?? '') === name;
  if (headers['mcp-protocol-version'] !== MODERN || headers['mcp-method'] !== what || !isNamed) return fail(400, -32020);
  const result = (fields: Json): Json => ({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: INFO, ...fields } });
  const text = (text: string): Json => result({ content: [{ type: 'text', text }] });
  switch (what) {
    case 'server/discover':
      return json(response, result({ supportedVersions: [MODERN], capabilities: CAPABILITIES, instructions: 'Be kind.', ...server.caching }));
    case 'tools/list': {
      const region = JSON.parse(JSON.stringify(REGION_TOOL).replace('"Region"', JSON.stringify(server.header))) as Json;
      const tools = [{ name: 'echo', inputSchema: { type: 'object' } }, { name: 'slow', inputSchema: { type: 'object' } }];
      // Two pages, the second behind a cursor that is empty.
      return json(response, result(params['cursor'] === undefined ? { tools, nextCursor: '', ...server.caching } : { tools: [region], ...server.caching }));
    }
    case 'prompts/list':
      return json(response, result({ prompts: [{ name: 'hello' }], ...server.caching }));
    case 'prompts/get':
      return json(response, result({ messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] }));
    case 'resources/list':
      return json(response, result({ resources: [{ name: 'r', uri: 'test://ä b' }], ...server.caching }));
    case 'resources/read':
      return json(response, result({ contents: [{ uri: params['uri'], text: 'read' }], ...server.caching }));
    case 'tools/call':
      break;
    default:
      return fail(404, -32601);
  }
  const args = (params['arguments'] ?? {}) as Json;
  if (name === 'region') {
    const wanted = [[server.header, args['region']], ['N', args['deep']?.n]].filter(([, value]) => value !== undefined) as [string, unknown][];
    if (wanted.some(([header, value]) => decodeHeader(headers[`mcp-param-${header.toLowerCase()}`] ?? '') !== String(value))) return fail(400, -32020);
  }
  server.executed.push(String(name));
  if (name === 'silent') return;
  if (name === 'asks') return json(response, { jsonrpc: '2.0', id, result: { resultType: 'input_required', inputRequests: {} } });
  if (name === 'needs') return fail(400, -32021, { requiredCapabilities: { elicitation: {} } });
  if (name === 'broken') return fail(400, -32022, { supported: ['2027-01-01'] });
  if (name === 'html') return void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
  if (name === 'page') return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Sign in</h1>');
  if (name === 'limited') return void response.writeHead(429, { 'retry-after': '7' }).end('slow down');
  if (name === 'task') return json(response, { jsonrpc: '2.0', id, result: { resultType: 'task', task: {} } });
  if (name === 'meta') return json(response, { jsonrpc: '2.0', id, result: { resultType: 'complete', content: [], _meta: { ...INFO, 'acme/cost': 3 } } });
  if (name !== 'slow') return json(response, text(JSON.stringify({ args, meta })));
  const events = stream(response);
  const say = (value: unknown): void => void events.write(`data: ${JSON.stringify(value)}\r\n\r\n`);
  if (meta['progressToken'] !== undefined) say({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: meta['progressToken'], progress: 1 },
  });
  if (meta['io.modelcontextprotocol/logLevel'] !== undefined) say({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: { level: 'info', data: meta['io.modelcontextprotocol/logLevel'] },
  });
  // It goes on until the test lets it.
  if (args['hold'] !== true) say(text('done')), events.end();
}

export interface LegacyServer extends FakeUpstream {
  readonly executed: string[];
  /** Ids of the open sessions. */
  readonly open: Set<string>;
  /** What a tool call does; may hold its answer. */
  call: (received: Received, reply: (fields: Json) => Json) => void;
  capabilities: Json;
}

/** A server of 2025-11-25 with sessions. */
export async function startLegacy(): Promise<LegacyServer> {
  const open = new Set<string>();
  const executed: string[] = [];
  let last = 0;
  const server = Object.assign(await startUpstream(), {
    open,
    executed,
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {}, tasks: {} },
    call: (({ response }, reply) => json(response, reply({ result: { content: [] } }))) as LegacyServer['call'],
  });
  server.behave = (received) => {
    const { message, method, headers, response } = received;
    const session = headers['mcp-session-id'] ?? '';
    if (message?.method === 'initialize') {
      open.add(`s${++last}`);
      const result = { protocolVersion: '2025-11-25', capabilities: server.capabilities, serverInfo: { name: 'legacy', version: '5' }, instructions: 'Old.' };
      return json(response, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': `s${last}` });
    }
    if (!open.has(session)) {
      const status = session === '' ? 400 : 404;
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}}',
      );
    }
    if (method === 'DELETE') return void (open.delete(session), response.writeHead(200).end());
    if (method !== 'POST') return void response.writeHead(405).end();
    if (message?.id === undefined || message.method === undefined) return void response.writeHead(202).end();
    const reply = (fields: Json): Json => ({ jsonrpc: '2.0', id: message.id, ...fields });
    if (message.method === 'tools/list') return json(response, reply({
      result: { tools: [{ ...REGION_TOOL, inputSchema: { ...REGION_TOOL.inputSchema, required: ['region'] } }], nextCursor: 'more' },
    }));
    if (message.method === 'tools/call') return void (executed.push(String(message.params?.['name'])), server.call(received, reply));
    if (message.method === 'resources/read') return json(response, reply({ error: { code: -32002, message: 'Resource not found', data: { uri: 'x' } } }));
    json(response, reply({ error: { code: -32601, message: 'Method not found' } }));
  };
  return server;
}

export interface Asked extends HttpAnswer {
  readonly json: Json;
}

const withJson = (answer: HttpAnswer): Asked => ({ ...answer, get json() { return JSON.parse(answer.text) as Json; } });

/** A modern request, its headers in order. */
export const modernPost = (path: string, method: string, params: Params = {}, id: string | number = 1, meta: Params = {}): AskOptions => {
  const message = modern(method, params, id);
  const name = (params['name'] ?? params['uri']) as string | undefined;
  return {
    path,
    headers: modernHeaders(method, name),
    message: { ...message, params: { ...message.params, _meta: { ...(message.params as Json)['_meta'], ...meta } } },
  };
};
export const askModern = async (port: number, ...of: Parameters<typeof modernPost>): Promise<Asked> => withJson(await ask(port, modernPost(...of)));

export const legacyPost = (path: string, message: unknown, session?: string): AskOptions =>
  ({ path, message, headers: session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' } });
export const askLegacy = async (port: number, ...of: Parameters<typeof legacyPost>): Promise<Asked> => withJson(await ask(port, legacyPost(...of)));

/** Opens a session as a legacy client does, and returns its id. */
export async function openSession(port: number, path: string): Promise<string> {
  const { status, headers, text } = await ask(port, legacyPost(path, initialize));
  const session = headers['mcp-session-id'];
  if (status !== 200 || session === undefined) throw new Error(`no session: ${status} ${text}`);
  await ask(port, legacyPost(path, { jsonrpc: '2.0', method: 'notifications/initialized' }, session));
  return session;
}

/** A request whose answer is read as it comes. */
export async function begin(port: number, options: AskOptions): Promise<Dialled> {
  const connection = await dial(port);
  connection.send(requestBytes(options));
  return connection;
}

export const callOf = (name: string, args: Params = {}, id: string | number = 1, meta?: Params) =>
  request('tools/call', { name, arguments: args, ...(meta ? { _meta: meta } : {}) }, id);

/** The messages of an event stream. */
export const events = (text: string): Json[] => [...text.matchAll(/^data: ?(\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Json);
