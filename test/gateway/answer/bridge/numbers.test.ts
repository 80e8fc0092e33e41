/** Numbers that no double holds, through everything that writes a body again: the text of what is only routed is the same on both sides. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { CAPABILITIES, initialize, modernHeaders, VERSION } from '../../../support/gateway-messages.js';
import { gatewayConfig } from '../../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask } from '../../../support/http.js';
import { startUpstream, stream, withSessions, type Behave, type FakeUpstream, type Received } from '../../../support/upstreams.js';
import { openSession as openOld } from '../sse/support.js';

const http = (more: object = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });
const CONFIG = gatewayConfig({
  servers: { old: http({ revision: 'legacy' }), fresh: http({ revision: 'modern' }), held: http({ revision: 'legacy' }) },
  gateway: { revisions: ['2024-11-05', '2025-03-26', '2025-11-25', '2026-07-28'], limits: { perAddress: '100000/s' } },
});
/** With spaces and an escape, which are nobody's business either. */
const NUMBERS = '{ "big" :9007199254740993, "huge":[1e400,-1E+400 ], "fine":0.1000000000000000055,"one":1.0,"text":"\\u00e9 \\"id\\":1" }';
const ID = '9007199254740995';
const TYPE = { 'content-type': 'application/json' };
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(gateway.port, { path, body, headers: { ...TYPE, accept: 'application/json, text/event-stream', ...headers } });

let gateway: RunningGateway;
let upstream: FakeUpstream;
/** Bodies of calls, as the server got them. */
let got: string[] = [];
before(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ config: CONFIG, pools: { old: [upstream.url], fresh: [upstream.url], held: [upstream.url] } });
});
beforeEach(() => void (got = []));

const idIn = (received: Received): string => /"id":\s*("[^"]*"|[\d]+)/.exec(`${received.body}`)?.[1] ?? 'null';
/** Answers calls with this result, as JSON or on a stream with progress before it. */
const server = (result: string, isStream: boolean, others: Behave): Behave => (received) => {
  if (received.message?.method !== 'tools/call') return others(received);
  got.push(`${received.body}`);
  const reply = `{"jsonrpc":"2.0","id":${idIn(received)},"result":${result}}`;
  if (!isStream) return void received.response.writeHead(200, TYPE).end(reply);
  const token = /"progressToken":([^,}]*)/.exec(`${received.body}`)?.[1] ?? 0;
  const progress = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":9007199254740993}}`;
  stream(received.response).end(`event: message\ndata: ${progress}\n\nevent: message\ndata: ${reply}\n\n`);
};
const legacy: Behave = ({ message, response }) => {
  if (message?.id === undefined) return void response.writeHead(202).end();
  const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } };
  response.writeHead(200, { ...TYPE, 'mcp-session-id': 's' }).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
};
const modern: Behave = ({ message, response }) => {
  const inputSchema = { type: 'object', properties: { big: { type: 'integer', 'x-mcp-header': 'Big' } } };
  const described = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } };
  const result = message?.method === 'tools/list' ? { tools: [{ name: 'add', inputSchema }] } : described;
  response.writeHead(200, TYPE).end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result: { resultType: 'complete', ...result } }));
};
const META = `{"${VERSION}":"2026-07-28","${CAPABILITIES}":{},"progressToken":9007199254740997,"mine":1e999}`;
const CALL = `{"jsonrpc":"2.0","id":${ID},"method":"tools/call","params":{"name":"add","arguments":${NUMBERS}}}`;

describe('field-03b numbers that no double holds', () => {
  for (const isStream of [false, true]) {
    const how = isStream ? 'on a stream' : 'as JSON';
    it(`from a modern client to a legacy server and back, ${how}`, async () => {
      upstream.behave = server(`{"content":${NUMBERS},"_meta":{"n":1e400}}`, isStream, legacy);
      const body = `{"jsonrpc":"2.0","id":${ID},"method":"tools/call","params":{"name":"add","_meta":${META},"arguments":${NUMBERS}}}`;
      const { status, text } = await post('/mcp/old', body, modernHeaders('tools/call', 'add'));
      assert.equal(status, 200, text);
      assert.ok(got[0]?.includes(`"arguments":${NUMBERS}`) && got[0].includes('"mine":1e999'), got[0]);
      assert.ok(text.includes(`"content":${NUMBERS}`) && text.includes('"n":1e400') && text.includes(`"id":${ID}`), text);
      if (isStream) assert.ok(text.includes('"progressToken":9007199254740997,"progress":9007199254740993'), text);
    });

    it(`from a legacy client to a modern server and back, ${how}`, async () => {
      upstream.behave = server(`{"resultType":"complete","content":${NUMBERS},"ttlMs":5,"_meta":{"n":1e400}}`, isStream, modern);
      const { status, text } = await post('/mcp/fresh', CALL);
      assert.equal(status, 200, text);
      assert.ok(got[0]?.includes(`"arguments":${NUMBERS}`), got[0]);
      assert.ok(text.includes(`"content":${NUMBERS}`) && text.includes('"n":1e400') && text.includes(`"id":${ID}`) && !text.includes('ttlMs'), text);
      assert.equal(upstream.received.at(-1)?.headers['mcp-param-big'], '9007199254740993');
    });

    it(`in a batch, ${how}`, async () => {
      upstream.behave = server(`{"resultType":"complete","content":${NUMBERS}}`, isStream, modern);
      const { status, text } = await post('/mcp/fresh', `[ ${CALL}, ${CALL.replace(ID, '"x"')} ]`);
      assert.equal(status, 200, text);
      assert.deepEqual(got.map((body) => body.includes(`"arguments":${NUMBERS}`)), [true, true]);
      assert.equal(text.split(`"content":${NUMBERS}`).length, 3, text);
      assert.ok(text.includes(`"id":${ID}`), text);
    });
  }

  it('errors of both eras, with what they carry', async () => {
    const fail = (others: Behave): Behave => (received) => {
      if (received.message?.method !== 'tools/call') return others(received);
      received.response.writeHead(200, TYPE).end(`{"jsonrpc":"2.0","id":${idIn(received)},"error":{"code":-32002,"message":"no","data":${NUMBERS}}}`);
    };
    upstream.behave = fail(legacy);
    const body = `{"jsonrpc":"2.0","id":${ID},"method":"tools/call","params":{"name":"add","_meta":${META}}}`;
    const old = await post('/mcp/old', body, modernHeaders('tools/call', 'add'));
    assert.equal(old.text, `{"jsonrpc":"2.0","id":${ID},"error":{"code":-32602,"message":"no","data":${NUMBERS}}}`);
    upstream.behave = fail(modern);
    const fresh = await post('/mcp/fresh', CALL);
    assert.ok(fresh.text.includes(`"data":${NUMBERS}`) && fresh.text.includes(`"id":${ID}`), fresh.text);
  });

  it('schemas in a list whose annotations are taken out', async () => {
    const schema = '{"properties":{"n":{"maximum":9007199254740993,"x-mcp-he\\u0061der":"N" ,"minimum":1.0}}}';
    upstream.behave = (received) => {
      if (received.message?.method !== 'tools/list') return legacy(received);
      received.response.writeHead(200, TYPE).end(`{"jsonrpc":"2.0","id":${idIn(received)},"result":{"tools":[{"name":"a","inputSchema":${schema}}]}}`);
    };
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${META}}}`;
    const { text } = await post('/mcp/old', body, modernHeaders('tools/list'));
    assert.ok(text.includes('{"maximum":9007199254740993,"minimum":1.0}'), text);
  });

  it('on a stream of 2024-11-05, also of a batch and of an error', async () => {
    const sessions = withSessions();
    const opened = await (async () => {
      upstream.behave = sessions;
      return openOld(gateway.port, '/mcp/held/sse', null);
    })();
    upstream.behave = (received) => void received.response.writeHead(200, TYPE).end(
      `[{"jsonrpc":"2.0","method":"notifications/message","params":${NUMBERS}}, {"jsonrpc":"2.0","id":1,"result":${NUMBERS}}]`,
    );
    const headers = TYPE;
    const path = opened.endpoint;
    await ask(gateway.port, { path, headers, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
    await opened.text((all) => all.includes('"result"') && all.split('"text":').length > 2);
    const refusal = `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"x","data":${NUMBERS}}}`;
    upstream.behave = (received) => void received.response.writeHead(400, TYPE).end(refusal);
    await ask(gateway.port, { path, headers, body: '{"jsonrpc":"2.0","id":2,"method":"tools/list"}' });
    const text = await opened.text((all) => all.includes('"error"'));
    const written = [...text.matchAll(/"(?:params|data)":|"id":1,"result":/g)].length;
    assert.equal(text.split(NUMBERS).length - 1, written, text);
    opened.close();
  });

  it('the gateway’s own refusals, of every kind', async () => {
    upstream.behave = ({ response }) => void response.destroy();
    const of = (rest: string) => `{"jsonrpc":"2.0","id": ${ID},${rest}}`;
    const deep = `{"a":${'['.repeat(200)}${']'.repeat(200)}}`;
    for (const [path, body, status, headers] of [
      ['/mcp/old', CALL, 502, { ...modernHeaders('tools/call', 'add'), 'mcp-protocol-version': '2025-11-25' }],
      ['/mcp/fresh', of('"method":"x","Method":"y"'), 400, {}],
      ['/mcp/fresh', of(`"method":"x","params":${deep}`), 400, {}],
      ['/mcp/fresh', of('"method":1'), 400, {}],
      ['/mcp/fresh', CALL, 404, { 'mcp-session-id': 'nobody’s'.replace('’', '') }],
    ] as const) {
      const { status: got, text } = await post(path, body, headers);
      assert.deepEqual([got, text.includes(`"id":${ID},"error"`)], [status, true], text);
    }
  });

  it('an introduction is not asked to hold any', async () => {
    upstream.behave = modern;
    assert.equal((await ask(gateway.port, { path: '/mcp/fresh', message: initialize })).status, 200);
  });
});
