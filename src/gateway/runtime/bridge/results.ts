/** Answers of legacy servers in the form of 2026-07-28 (MCP, Base protocol § Results; § Error codes). */
import { asObject, codeOf, failure, type Id, type Json } from './json-rpc.js';
import { SERVER_INFO } from './requests.js';

const CACHEABLE = /^(?:.*\/list|resources\/read)$/;
const MAY_ASK = ['tools/call', 'prompts/get', 'resources/read'];
const CODES: ReadonlyMap<unknown, number> = new Map([
  // Resource not found, and URL elicitation required: not to be said to modern clients.
  [-32002, -32602],
  [-32042, -32603],
]);

/** Whom an answer is for. */
export interface Asker {
  readonly id: Id;
  readonly method: string;
  /** It declared that it can send its user to a URL. */
  readonly opensUrls: boolean;
}

/** Nothing a legacy server says may be cached, since it does not say for how long. */
export const UNCACHED = { ttlMs: 0, cacheScope: 'private' };

export function complete(result: Json, serverInfo: unknown): Json {
  return { ...result, resultType: 'complete', _meta: { ...asObject(result['_meta']), [SERVER_INFO]: serverInfo } };
}

/** The answer and its status. */
export function modernReply({ id, method, opensUrls }: Asker, reply: Json, serverInfo: unknown): readonly [number, Json] {
  if ('error' in reply) {
    const error = asObject(reply['error']);
    const { elicitations } = asObject(error['data']);
    const code = codeOf(reply);
    if (code === -32042 && opensUrls && MAY_ASK.includes(method) && Array.isArray(elicitations)) {
      const inputRequests = Object.fromEntries(elicitations.map((params, at) => [`url-${at + 1}`, { method: 'elicitation/create', params }]));
      return [200, { jsonrpc: '2.0', id, result: { ...complete({}, serverInfo), resultType: 'input_required', inputRequests } }];
    }
    return [code === -32601 ? 404 : 200, failure(id, CODES.get(code) ?? Number(code), String(error['message']), error['data'])];
  }
  const own = asObject(reply['result']);
  const result = method === 'tools/list' ? { ...own, tools: [own['tools']].flat().map(withoutHeaders) } : own;
  return [200, { jsonrpc: '2.0', id, result: { ...complete(result, serverInfo), ...(CACHEABLE.test(method) ? UNCACHED : {}) } }];
}

/** Clients would repeat arguments in headers, which the gateway would have to compare. */
function withoutHeaders(tool: unknown): unknown {
  const { inputSchema } = asObject(tool);
  return inputSchema === undefined ? tool : { ...asObject(tool), inputSchema: bare(inputSchema) };
}

function bare(schema: unknown): unknown {
  const { 'x-mcp-header': _, ...rest } = asObject(schema);
  if (rest['properties'] === undefined) return rest;
  const properties = Object.entries(asObject(rest['properties'])).map(([name, value]) => [name, typeof value === 'object' ? bare(value) : value]);
  return { ...rest, properties: Object.fromEntries(properties) };
}
