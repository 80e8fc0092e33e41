/** Requests in the form of 2026-07-28 (MCP, Base protocol § `_meta`; Streamable HTTP § Standard headers). */
import type { Call } from '../call.js';
import { NAME_KEY } from '../../decision/message.js';
import { MODERN } from '../../decision/revision.js';
import { messageText, parseJson, POST_HEADERS, type Json } from '../../wire/json-rpc.js';
import { membersOf, objectText, setMember } from '../../wire/json-members.js';
import { CAPABILITIES, CLIENT_INFO, VERSION } from '../../wire/meta-keys.js';
import type { Delivered } from '../../upstream/deliver.js';
import type { UpstreamRequest } from '../../upstream/upstream.js';
import { readReply } from './answers.js';

/** What the gateway calls itself where no client asks. */
export const OWN_INFO = { name: 'mcpgen-gateway', version: '1' };
/** Headers that describe a message of one era, and are not true of one of the other. */
const OF_ONE_ERA = /^(?:mcp-(?:protocol-version|method|name|param-.*)|last-event-id)$/;

/** Headers of a message that the gateway writes, and whose answer it can read. */
export function plainHeaders({ request }: Call): Readonly<Record<string, string>> {
  const kept = Object.entries(request.headers).filter(([name]) => !OF_ONE_ERA.test(name));
  return { ...Object.fromEntries(kept), ...POST_HEADERS, 'accept-encoding': 'identity' };
}

/** What a header cannot carry goes as base64; so does what only looks like base64. */
export function encodeHeader(value: string): string {
  return /^(?! )[ -~]*(?<! )$/.test(value) && !/^=\?base64\?.*\?=$/.test(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

/** @param message its text @param said of the client, beside what every message must say */
export function modernRequest(
  call: Call,
  message: string,
  signal: AbortSignal,
  said: Json = {},
  headers: Readonly<Record<string, string>> = {},
): UpstreamRequest {
  const members = membersOf(message);
  const params = membersOf(members.get('params'));
  const method = String(parseJson(members.get('method') ?? ''));
  const name = parseJson(params.get(NAME_KEY.get(method) ?? '') ?? '');
  const meta = membersOf(params.get('_meta'));
  const own = { [VERSION]: MODERN, [CAPABILITIES]: {}, ...said, [CLIENT_INFO]: said[CLIENT_INFO] ?? OWN_INFO };
  for (const [key, value] of Object.entries(own)) setMember(meta, key, value);
  params.set('_meta', objectText(meta));
  members.set('params', objectText(params));
  const named = typeof name === 'string' ? { 'mcp-name': encodeHeader(name) } : {};
  return {
    method: 'POST',
    query: call.request.query ?? '',
    headers: { ...plainHeaders(call), ...headers, ...named, 'mcp-protocol-version': MODERN, 'mcp-method': encodeHeader(method) },
    body: Buffer.from(objectText(members)),
    signal,
  };
}

interface Reply extends Delivered {
  readonly status: number;
  readonly reply: Json | null;
}

/** A question of the gateway's own, which only reads. */
export async function askModern(call: Call, method: string, params: Json, within: number): Promise<Reply> {
  const message = messageText({ id: 'mcpgen', method, params });
  const { instance, response } = await call.send(modernRequest(call, message, AbortSignal.timeout(within)), { repeats: 1 });
  return { instance, response, status: response.status, reply: await readReply(response, within) };
}
