/** One server with the same items on every transport and in every era: what differs between two doors is the gateway's own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { temporaryFolder } from '../../../support/gateway.js';
import { json, stream, type Behave } from '../../../support/upstreams.js';

/** A JavaScript function as text, because a child process has it too. Reads a message; undefined for what has no reply. */
const REPLY = `
const TOOLS = ['read_a', 'read_b', 'secret', 'write', 'admin_drop'];
const PAGE = 2;
function replyTo({ id, method, params = {} }) {
  if (id === undefined) return undefined;
  const result = (value) => ({ jsonrpc: '2.0', id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...value } });
  const error = (code, message) => ({ jsonrpc: '2.0', id, error: { code, message, data: { said: 'by the server itself' } } });
  const named = (names) => names.map((name) => ({ name, description: name + ' \\u00e9 12345678901234567890', inputSchema: { type: 'object' } }));
  switch (method) {
    case 'initialize': return result({ protocolVersion: params.protocolVersion, capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} }, serverInfo: { name: 'items', version: '1' } });
    case 'server/discover': return result({ supportedVersions: ['2026-07-28'], capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} } });
    case 'ping': return result({});
    case 'tools/list': {
      const from = Number(params.cursor ?? 0);
      return result({ tools: named(TOOLS.slice(from, from + PAGE)), ...(from + PAGE < TOOLS.length && { nextCursor: String(from + PAGE) }) });
    }
    case 'tools/call': return TOOLS.includes(params.name) ? result({ content: [{ type: 'text', text: 'ran ' + params.name }] }) : result({ isError: true, content: [{ type: 'text', text: 'no tool ' + params.name }] });
    case 'prompts/list': return result({ prompts: named(['read_p', 'secret']) });
    case 'prompts/get': return ['read_p', 'secret'].includes(params.name) ? result({ messages: [] }) : error(-32603, 'no prompt ' + params.name);
    case 'resources/list': return result({ resources: [{ uri: 'file:///srv/a', name: 'a' }, { uri: 'file:///etc/b', name: 'b' }] });
    case 'resources/templates/list': return result({ resourceTemplates: [{ uriTemplate: 'file:///srv/{x}', name: 's' }, { uriTemplate: 'file:///etc/{x}', name: 'e' }] });
    case 'resources/read': return ['file:///srv/a', 'file:///etc/b'].includes(params.uri) ? result({ contents: [{ uri: params.uri, text: 'x' }] }) : error(-32602, 'no resource ' + params.uri);
    case 'completion/complete': return result({ completion: { values: ['v'] } });
    default: return error(-32601, 'Method not found');
  }
}
`;

type Said = { readonly id?: unknown; readonly method?: string; readonly params?: Record<string, unknown> };
export const replyTo = new Function(`${REPLY}\nreturn replyTo;`)() as (message: Said) => { error?: { code: number } } | undefined;

/** What came to the servers: method and name. */
export const seen: string[] = [];
const note = (messages: readonly Said[]): void => void seen.push(...messages.map(({ method, params }) => `${method} ${params?.['name'] ?? params?.['uri'] ?? ''}`.trim()));

/** @param as the form of its answers */
export function behaveAs(as: 'json' | 'events'): Behave {
  return ({ method, response, body }) => {
    if (method !== 'POST') return void response.writeHead(method === 'DELETE' ? 200 : 405).end();
    const said = JSON.parse(`${body}`) as Said | Said[];
    const messages = [said].flat();
    note(messages);
    const replies = messages.map(replyTo).filter((one) => one !== undefined);
    if (replies.length === 0) return void response.writeHead(202).end();
    const code = replies[0]?.error?.code;
    if (as === 'json') return code === -32601 && !Array.isArray(said) ? void response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(replies[0])) : json(response, Array.isArray(said) ? replies : replies[0]);
    const out = stream(response);
    out.write(': hello\n\n');
    for (const reply of replies) out.write(`event: message\ndata: ${JSON.stringify(reply)}\n\n`);
    out.end();
  };
}

/** A server with an endpoint of its own for 2024-11-05. */
export function behaveOld(): Behave {
  const streams = new Map<string, ServerResponse>();
  return ({ method, url, response, body }) => {
    if (method === 'GET') {
      const id = `s${streams.size + 1}`;
      streams.set(id, stream(response));
      return void response.write(`event: endpoint\ndata: /messages?id=${id}\n\n`);
    }
    const message = JSON.parse(`${body}`) as Said;
    note([message]);
    const reply = replyTo(message);
    response.writeHead(202).end('Accepted');
    if (reply) streams.get(new URL(url, 'http://localhost').searchParams.get('id') ?? '')?.write(`event: message\ndata: ${JSON.stringify(reply)}\n\n`);
  };
}

/** The command of a child that is the same server. What comes to it is not in `seen`. */
export function childCommand(): string[] {
  const file = join(temporaryFolder(), 'items.mjs');
  writeFileSync(
    file,
    `${REPLY}
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const reply = replyTo(JSON.parse(line));
  if (reply) process.stdout.write(JSON.stringify(reply) + '\\n');
});
`,
  );
  return [process.execPath, file];
}
