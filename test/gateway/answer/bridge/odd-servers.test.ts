/** Servers that answer anything at all: the gateway outlives them, and every request of its clients is answered under its own id or cut short. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfig } from '../../../support/gateway-tables.js';
import { startGateway } from '../../../support/gateway.js';
import { ask } from '../../../support/http.js';
import { randomOf } from '../../../support/random.js';
import { startUpstream, type Received } from '../../../support/upstreams.js';
import { callOf, events, legacyPost, modernPost, startLegacy, startModern, type Json } from './support.js';

const { seed, below, pick, bytes } = randomOf();
const VALUES: readonly unknown[] = [
  null, 0, 'x', [], {}, [{}],
  { resultType: 5 }, { tools: null }, { tools: [null, 1, { inputSchema: { properties: { a: null } } }] },
  { content: [] }, { _meta: [] }, { inputRequests: 1, resultType: 'input_required' },
  { code: -32042, data: { elicitations: [null] } }, { code: 'x' }, { code: -32601, message: 5 }, { code: -32020 }, { code: -32000 },
];

function junk({ message }: Received): string {
  const id = pick<unknown>([message?.id, message?.id, message?.id, null, 'other', undefined]);
  const fields = pick<Json>([
    { result: pick(VALUES) }, { error: pick(VALUES) }, {},
    { method: pick(['ping', 'notifications/progress', 'notifications/message', 'x', '']), params: pick(VALUES) },
  ]);
  const whole = { jsonrpc: pick(['2.0', '2.0', '2.0', '1.0']), id, ...fields };
  return pick([JSON.stringify(whole), JSON.stringify([whole]), JSON.stringify(pick(VALUES)), bytes(below(20)).toString('latin1'), '']);
}

function misbehave(received: Received): void {
  const { response } = received;
  const status = pick([200, 200, 200, 202, 204, 301, 400, 401, 404, 405, 409, 429, 500, 503]);
  const type = pick(['application/json', 'text/event-stream', 'text/event-stream; charset=utf-8', 'text/html', '']);
  response.writeHead(status, { ...(type ? { 'content-type': type } : {}), ...(below(4) === 0 ? { 'mcp-session-id': 'odd' } : {}) });
  for (let parts = below(4) + 1; parts > 0; parts--) {
    const [before, behind] = type.startsWith('text/event')
      ? [pick(['data: ', 'event: x\ndata:', 'id: 3\ndata: ', ':', '']), pick(['\n\n', '\r\n\r\n', '\r\r', '\n'])]
      : ['', ''];
    response.write(`${before}${junk(received)}${behind}`);
  }
  if (below(8) === 0) response.destroy();
  else response.end();
}

test('whatever servers answer', { timeout: 120_000 }, async (t) => {
  t.diagnostic(`MCPGEN_SEED=${seed}`);
  const server = (revision: string) => ({ kind: 'http', revision, instances: [{ url: 'http://127.0.0.1:9/mcp' }] });
  const [old, fresh, any] = await Promise.all([startLegacy(), startModern(), startUpstream()]);
  const config = gatewayConfig({
    servers: { old: server('legacy'), fresh: server('modern'), any: server('auto') },
    gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { firstByte: '1s', response: '1s', idleStream: '1s' } },
  });
  const gateway = await startGateway({ config, pools: { old: [old.url], fresh: [fresh.url], any: [any.url] } });
  for (const upstream of [old, fresh, any]) {
    const { behave } = upstream;
    // Half of the time it is itself, so that sessions open and the odd answer meets every step.
    upstream.behave = (received) => (below(2) === 0 ? misbehave(received) : behave(received));
  }
  const methods = ['tools/list', 'tools/call', 'resources/read', 'server/discover', 'prompts/get'];
  for (let round = 0; round < 400; round++) {
    const id = pick<string | number>(['a', 7]);
    const method = pick(methods);
    const params = { name: 'region', uri: 'x', arguments: { region: 'é' }, ...(below(2) ? {} : { _meta: { progressToken: 1 } }) };
    const message = { ...callOf('region', params.arguments, id, { progressToken: 1 }), method };
    const path = pick(['/mcp/old', '/mcp/fresh', '/mcp/any']);
    const isModern = path === '/mcp/old' || (path === '/mcp/any' && below(2) === 0);
    const named = method === 'resources/read' ? { uri: 'x' } : { name: 'region', arguments: {} };
    const asLegacy = below(5) === 0 ? [message, { ...message, id: 'second' }] : message;
    const options = isModern ? modernPost(path, method, named, id, { progressToken: 1 }) : legacyPost(path, asLegacy);
    // Cut before its first byte, an answer is none at all.
    const answer = await ask(gateway.port, options).catch((error: unknown) => (/no HTTP answer/.test(String(error)) ? null : Promise.reject(error as Error)));
    if (!answer) continue;
    const { status, headers, text, complete } = answer;
    const where = `MCPGEN_SEED=${seed}, round ${round}: ${status} ${headers['content-type']} ${text.slice(0, 300)}`;
    // What guards before a server say passes as it is.
    if (path === '/mcp/any' || !complete || status !== 200) continue;
    if (headers['content-type']?.startsWith('text/event-stream')) {
      for (const one of events(text)) if ('result' in one || 'error' in one) assert.equal(one['id'], id, where);
    } else {
      const ids = [JSON.parse(text) as Json].flat().map((one: Json) => one['id'] as unknown);
      assert.ok(ids.includes(id), where);
    }
  }
  assert.equal(gateway.stderr(), '', `MCPGEN_SEED=${seed}`);
  assert.deepEqual(gateway.logs.filter(({ event }) => event === 'request-failed').map((line) => line['error']), [], `MCPGEN_SEED=${seed}`);
  assert.equal((await gateway.stop()).code, 0, `MCPGEN_SEED=${seed}`);
});
