/** Messages and headers as clients of each era send them. */
export const VERSION = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

export type Params = Readonly<Record<string, unknown>>;

/** A request of a legacy revision. */
export function request(method: string, params?: Params, id: string | number = 1) {
  return { jsonrpc: '2.0', id, method, ...(params ? { params } : {}) } as const;
}

export const initialize = request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } });

/** A request of 2026-07-28, with everything that its body must have. */
export function modern(method: string, params: Params = {}, id: string | number = 1) {
  return request(method, { ...params, _meta: { [VERSION]: '2026-07-28', [CAPABILITIES]: {} } }, id);
}

/** The headers that belong to a modern message. */
export function modernHeaders(method: string, name?: string): Readonly<Record<string, string>> {
  return { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name === undefined ? {} : { 'mcp-name': name }) };
}

export interface ErrorBody {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly data: { readonly reason: string; readonly requestId: string; readonly [key: string]: unknown };
  };
}
