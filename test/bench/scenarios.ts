/** What is asked, and what the upstream answers. A request is known by its body, which every hop must pass on as it is. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The message, the same in every request. */
  readonly body: string;
  /** The answer as the upstream writes it: head first, each part a write of its own. */
  readonly parts: readonly Buffer[];
  /** What a client has read in the end. */
  readonly text: string;
}

const SMALL = {
  tools: ['search', 'fetch'].map((name) => ({
    name,
    description: `${name} documents of the corpus`,
    inputSchema: { type: 'object', properties: { query: { type: 'string' } } },
  })),
};

const EVENTS = [
  ...[1, 2, 3, 4].map((progress) => ({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress, total: 5 } })),
  { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'done' }], isError: false } },
];

export const SCENARIOS: readonly Scenario[] = [
  json('small', 'tools/list, a small JSON answer', ask('tools/list'), SMALL),
  json('large', 'resources/read, 64 kB of JSON', ask('resources/read', { uri: 'bench://large' }), { contents: [{ uri: 'bench://large', text: 'x'.repeat(65_536) }] }),
  events('stream', 'tools/call, an event stream of five events', ask('tools/call', { name: 'search', arguments: { query: 'q' }, _meta: { progressToken: 'p' } }), EVENTS),
];

/** What every MCP client sends. */
export const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' } as const;

/** The request as bytes, with the target's own headers. */
export function requestBytes({ body }: Scenario, headers: Readonly<Record<string, string>>): string {
  const all = { host: 'localhost', ...HEADERS, ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${PATH} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

/** The gateway's route; the others take any. */
export const PATH = '/mcp/search';

function ask(method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) });
}

function json(name: string, about: string, body: string, result: object): Scenario {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
  return { name, about, body, text, parts: [Buffer.from(`${head('application/json')}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)] };
}

function events(name: string, about: string, body: string, messages: readonly object[]): Scenario {
  const texts = messages.map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`);
  const chunks = texts.map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  const [first = '', ...rest] = chunks;
  const parts = [`${head('text/event-stream')}cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n${first}`, ...rest.slice(0, -1), `${rest.at(-1)}0\r\n\r\n`];
  return { name, about, body, text: texts.join(''), parts: parts.map((part) => Buffer.from(part)) };
}

function head(type: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n`;
}
