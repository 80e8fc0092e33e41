/** What is asked, and what the upstream answers. The upstream knows a request by its body, which every hop must pass on as it is. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The message, the same in every request. */
  readonly body: string;
  /** What a client has read in the end. */
  readonly text: string;
  /** The answer as the upstream writes it, each part in a write of its own; the header lines given stand in its head. */
  readonly parts: (headerLines: string) => readonly Buffer[];
  /** One caller repeats itself on every connection; many callers share the connections, as they do behind a proxy. */
  readonly callers: 'one' | 'many';
  /** Whether each connection opens a session of revision 2025-11-25 first and asks within it. */
  readonly hasSession: boolean;
}

type Kind = Pick<Scenario, 'callers' | 'hasSession'>;

const ONE_CALLER: Kind = { callers: 'one', hasSession: false };

const TOOLS = {
  tools: ['search', 'fetch'].map((name) => ({
    name,
    description: `${name} documents of the corpus`,
    inputSchema: { type: 'object', properties: { query: { type: 'string' } } },
  })),
};

const LARGE = { contents: [{ uri: 'bench://large', text: 'x'.repeat(65_536) }] };

const EVENTS = [
  ...[1, 2, 3, 4].map((progress) => ({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress, total: 5 } })),
  { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'done' }], isError: false } },
];

const CALL = { name: 'search', arguments: { query: 'q' }, _meta: { progressToken: 'p' } };

const FOUND = { content: [{ type: 'text', text: 'done' }], isError: false };

const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } };
const INITIALIZED = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1.0.0' } };

export const SCENARIOS: readonly Scenario[] = [
  json('small', 'tools/list, a small JSON answer', ask(1, 'tools/list'), TOOLS, ONE_CALLER),
  json('call', 'tools/call, a small JSON answer', ask(1, 'tools/call', { name: 'search', arguments: { query: 'q' } }), FOUND, ONE_CALLER),
  json('large', 'resources/read, 64 kB of JSON', ask(1, 'resources/read', { uri: 'bench://large' }), LARGE, ONE_CALLER),
  events('stream', 'tools/call, an event stream of five events', ask(1, 'tools/call', CALL), EVENTS, ONE_CALLER),
  json('session', 'tools/list within a session, one for each connection', ask(2, 'tools/list'), TOOLS, { callers: 'one', hasSession: true }),
  json('clients', 'tools/list of 1,000 clients, another with every request', ask(1, 'tools/list'), TOOLS, { callers: 'many', hasSession: false }),
];

/** How a session is opened; its answer carries the session's id. */
export const OPENING = json('opening', 'initialize', ask(1, 'initialize', INITIALIZE), INITIALIZED, ONE_CALLER);

/** A list that a gateway with rules asks for itself, by an id of its own. */
export const LISTING = '","method":"tools/list","params":{}}';
export const listing = (id: string): Scenario => json('listing', 'the list of a gateway', JSON.stringify({ id }), TOOLS, ONE_CALLER);

function ask(id: number, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) });
}

function json(name: string, about: string, body: string, result: object, kind: Kind): Scenario {
  const { id } = JSON.parse(body) as { readonly id: number | string };
  const text = JSON.stringify({ jsonrpc: '2.0', id, result });
  const parts = (headerLines: string): readonly Buffer[] => [
    Buffer.from(`${head('application/json')}${headerLines}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`),
  ];
  return { name, about, body, text, parts, ...kind };
}

function events(name: string, about: string, body: string, messages: readonly object[], kind: Kind): Scenario {
  const texts = messages.map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`);
  const [first = '', ...rest] = texts.map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  const parts = (headerLines: string): readonly Buffer[] => {
    const begin = `${head('text/event-stream')}${headerLines}cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n${first}`;
    return [begin, ...rest.slice(0, -1), `${rest.at(-1)}0\r\n\r\n`].map((part) => Buffer.from(part));
  };
  return { name, about, body, text: texts.join(''), parts, ...kind };
}

function head(type: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n`;
}
