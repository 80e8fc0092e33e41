/** JSON-RPC 2.0, as far as a bridge reads and writes it. */
export type Json = Readonly<Record<string, unknown>>;
export type Id = string | number;

export const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});

export const isReply = (message: Json): boolean => message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);

export const success = (id: unknown, result: Json): Json => ({ jsonrpc: '2.0', id, result });
export const failure = (id: unknown, code: number, message: string, data?: unknown): Json => ({ jsonrpc: '2.0', id, error: { code, message, data } });

export const codeOf = (reply: Json | null): unknown => asObject(reply?.['error'])['code'];

/** Null for what is no answer to a request. */
export function parseReply(text: string): Json | null {
  try {
    const value = asObject(JSON.parse(text));
    return isReply(value) ? value : null;
  } catch {
    return null;
  }
}
