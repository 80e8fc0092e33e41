/** Replies of legacy servers in the form of 2026-07-28 (MCP, Base protocol § Results; § Error codes). */
import { asObject, at, failure, success, type Json } from '../../wire/json-rpc.js';
import { SERVER_INFO } from '../../wire/meta-keys.js';

const CACHEABLE = /\/list$|^resources\/read$/;
/** Methods whose answer may ask for more input. */
const MAY_ASK = ['tools/call', 'prompts/get', 'resources/read'];
/** Error codes that modern clients do not know, and those in their place: resource not found, and URL elicitation required. */
const CODES: ReadonlyMap<unknown, number> = new Map([[-32002, -32602], [-32042, -32603]]);
/** Nothing a legacy server says may be cached, since it does not say for how long. */
export const UNCACHED = { ttlMs: 0, cacheScope: 'private' };

/** Whom a reply is for. */
export interface Asker {
  readonly id: unknown;
  readonly method: string;
  /** Whether it declared that it can send its user to a URL. */
  readonly opensUrls: boolean;
}

export function complete(result: Json, serverInfo: unknown, resultType = 'complete'): Json {
  return { ...result, resultType, _meta: { ...asObject(result['_meta']), [SERVER_INFO]: serverInfo } };
}

/** Status and reply. */
export function modernReply({ id, method, opensUrls }: Asker, { error, result = {} }: Json, serverInfo: unknown): [number, Json] {
  if (error) {
    const { code, message, data } = asObject(error);
    const elicitations = at(data, 'elicitations');
    if (code === -32042 && opensUrls && MAY_ASK.includes(method) && Array.isArray(elicitations)) {
      const inputRequests = Object.fromEntries(elicitations.map((params, index) => [`url-${index + 1}`, { method: 'elicitation/create', params }]));
      return [200, success(id, complete({ inputRequests }, serverInfo, 'input_required'))];
    }
    return [code === -32601 ? 404 : 200, failure(id, CODES.get(code) ?? code ?? -32603, message, data)];
  }
  const own = asObject(method === 'tools/list' ? withoutHeaders(result) : result);
  return [200, success(id, { ...complete(own, serverInfo), ...(CACHEABLE.test(method) ? UNCACHED : {}) })];
}

/**
 * Without annotations by which clients would repeat arguments in headers, which the gateway would have to compare. A property of that name is no
 * annotation.
 */
function withoutHeaders(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result), (key, value: unknown) => (key === 'x-mcp-header' && typeof value === 'string' ? undefined : value));
}
