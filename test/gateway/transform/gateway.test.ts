import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import { initialize, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes } from '../../support/http.js';
import { json, startUpstream, stream, type FakeUpstream } from '../../support/upstreams.js';

const CHILD = resolve('test/gateway/stdio/children/server.mjs');
const redact = ['..ssn', 'content[*].text'];
const RESULT = { ssn: '078-05-1120', content: [{ type: 'text', text: 'private' }], kept: 1 };
const CLEAN = { ssn: '[redacted]', content: [{ type: 'text', text: '[redacted]' }], kept: 1 };

describe('transforms at a gateway', () => {
  let upstream: FakeUpstream;
  let gateway: RunningGateway;
  before(async () => {
    upstream = await startUpstream();
    const transform = {
      request: { set: { 'X-Role': 'reader' }, remove: ['x-debug'] },
      response: { set: { 'X-Served-By': 'us', 'Server': 'gateway' }, remove: ['x-powered-by'], redact },
    };
    const config = gatewayConfig({
      servers: {
        search: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], transform },
        files: { kind: 'stdio', command: [process.execPath, CHILD], transform: { response: { redact } } },
        plain: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] },
      },
      gateway: { revisions: ['2025-03-26', '2025-06-18', '2025-11-25'] },
    });
    gateway = await startGateway({ config, pools: { search: [upstream.url], plain: [upstream.url] } });
  });
  const call = (path = '/mcp/search', headers = {}) =>
    ask(gateway.port, { path, headers, message: request('tools/call', { name: 'x', arguments: { ssn: 'asked' } }) });

  it('headers are changed on both ways, and the body of the request is not', async () => {
    upstream.behave = ({ response }) =>
      json(response, { jsonrpc: '2.0', id: 1, result: {} }, { 'x-powered-by': 'secret', server: 'old', 'x-request-id': 'theirs' });
    const answer = await call('/mcp/search', { 'x-role': 'admin', x_role: 'admin', 'x-debug': '1', 'x-other': '2', 'accept-encoding': 'gzip' });
    const { headers, body } = upstream.received.at(-1) as (typeof upstream.received)[number];
    assert.deepEqual(
      ['x-role', 'x_role', 'x-debug', 'x-other', 'accept-encoding'].map((name) => headers[name]),
      ['reader', undefined, undefined, '2', 'identity'],
    );
    assert.deepEqual(JSON.parse(body.toString()), request('tools/call', { name: 'x', arguments: { ssn: 'asked' } }));
    assert.deepEqual(['x-served-by', 'server', 'x-powered-by'].map((name) => answer.headers[name]), ['us', 'gateway', undefined]);
    assert.notEqual(answer.headers['x-request-id'], 'theirs');
  });

  it('another server is not touched', async () => {
    upstream.behave = ({ response }) => json(response, { jsonrpc: '2.0', id: 1, result: RESULT }, { 'x-powered-by': 'them' });
    const answer = await call('/mcp/plain', { 'accept-encoding': 'gzip', 'x-debug': '1' });
    assert.deepEqual([JSON.parse(answer.text).result, answer.headers['x-powered-by']], [RESULT, 'them']);
    assert.deepEqual(['accept-encoding', 'x-debug'].map((name) => upstream.received.at(-1)?.headers[name]), ['gzip', '1']);
  });

  it('a result in JSON', async () => {
    upstream.behave = ({ response }) => json(response, { jsonrpc: '2.0', id: 1, result: RESULT });
    const answer = await call();
    assert.deepEqual([answer.status, answer.complete, JSON.parse(answer.text)], [200, true, { jsonrpc: '2.0', id: 1, result: CLEAN }]);
    assert.equal(answer.headers['content-length'], String(answer.body.length));
  });

  it('results in an event stream, as they come', async () => {
    let write: (text: string) => void = () => {};
    upstream.behave = ({ response }) => {
      stream(response).write(': ok\n\n');
      write = (text) => void response.write(text);
    };
    const connection = await dial(gateway.port);
    connection.send(requestBytes({ path: '/mcp/search', message: request('tools/call', { name: 'x' }) }));
    await connection.head();
    await connection.body((text) => text === ': ok\n\n');
    write(`event: message\nid: 7\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: RESULT })}\n\n`);
    const expected = `: ok\n\nevent: message\nid: 7\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: CLEAN })}\n\n`;
    await connection.body((text) => text === expected);
    write('data: {"result":{"ssn":1}\n\n');
    const { text, complete } = await connection.body();
    assert.deepEqual([text, complete], [expected, false], 'what cannot be read ends it');
    connection.close();
  });

  it('an answer that cannot be read is not passed', async () => {
    const ENCODED = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    for (const [headers, text] of [
      [{ 'content-type': 'application/json' }, '{"result":{"ssn":1}'],
      [{}, '{"result":{"ssn":1}}'],
      [ENCODED, '{"result":{"ssn":1}}'],
    ] as const) {
      upstream.behave = ({ response }) => void response.writeHead(200, headers).end(text);
      const { status, text: body } = await call();
      assert.equal(status, 502);
      assert.equal((JSON.parse(body) as ErrorBody).error.data.reason, 'upstream-lost');
    }
  });

  it('answers without a result pass', async () => {
    for (const [status, text] of [
      [202, ''],
      [200, ''],
      [405, ''],
      [404, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no","data":{"ssn":1}}}'],
    ] as const) {
      upstream.behave = ({ response }) => void response.writeHead(status, text ? { 'content-type': 'application/json' } : {}).end(text);
      const answer = await call();
      assert.deepEqual([answer.status, answer.text, answer.complete], [status, text, true]);
    }
  });

  it('a stdio server answers in JSON and in streams', async () => {
    const opened = await ask(gateway.port, { path: '/mcp/files', message: initialize });
    assert.equal(opened.status, 200, opened.text);
    const headers = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    for (const accept of ['application/json', 'application/json, text/event-stream']) {
      const { status, text } = await ask(gateway.port, { path: '/mcp/files', headers: { ...headers, accept }, message: request('echo', RESULT) });
      assert.equal(status, 200);
      assert.ok(text.includes(JSON.stringify(CLEAN)) && !text.includes('1120') && !text.includes('private'), text);
      assert.equal(text.startsWith('event: message\ndata: '), accept.includes('stream'));
    }
  });
});
