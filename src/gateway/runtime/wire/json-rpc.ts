/** Recognises and makes JSON-RPC 2.0 messages; replies are made in `replies.ts`. */
export type Json = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined where the text is not JSON. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(`${text}`);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asObject = (value: unknown): Json => (isObject(value) ? value : {});
/** The value that a path of names leads to; undefined where it leads nowhere. */
export const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce((found, name) => asObject(found)[name], value);

export const isReply = (message: Json): boolean =>
  message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);
export const messageText = (fields: object): string => JSON.stringify({ jsonrpc: '2.0', ...fields });

/** Headers of every POST of a message. The server chooses which of both media types it answers with. */
export const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
