/** Servers without an old transport of their own: the gateway makes it of Streamable HTTP, and the process that holds a stream has its messages. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textOf } from '../../support/client.js';
import { request } from '../../support/gateway-messages.js';
import { startGateway } from '../../support/gateway.js';
import { until, within } from '../../support/http.js';
import { answerAll, json, stream } from '../../support/upstreams.js';
import { connectOld, initialize, openSession, openStream } from './support.js';
import { CONFIG, one, two, fake, pools, url, reason, metric, sessions, since } from './stand.js';

for (const elsewhere of [false, true]) {
  describe(elsewhere ? 'the official client of old, its posts at another replica' : 'the official client of old', () => {
    const options = () => ({ who: 'acme', postPort: elsewhere ? two.port : 0 });

    test('a session of notes, with questions in the middle of a call', async (t) => {
      const known = new Client({ name: 'old', version: '1.0.0' }, { capabilities: { sampling: {}, elicitation: {} } });
      known.setRequestHandler(CreateMessageRequestSchema, async () => ({ model: 'm', role: 'assistant', content: { type: 'text', text: 'forty-two' } }));
      known.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { answer: 'blue' } }));
      const changed = new Promise((resolve) => known.setNotificationHandler(ResourceListChangedNotificationSchema, resolve));
      await connectOld(t, url('/t/acme/mcp/notes/sse'), { ...options(), known });
      assert.equal(known.getServerVersion()?.name, 'notes');
      assert.equal(textOf(await known.callTool({ name: 'ask', arguments: { question: 'colour?' } })), 'The user answered: blue');
      assert.equal(textOf(await known.callTool({ name: 'think', arguments: { question: 'why?' } })), 'm thinks: forty-two');
      await known.callTool({ name: 'add_note', arguments: { text: 'größer 🎈' } });
      await within(changed, 'a notification of the stream that stands');
      const { structuredContent } = await known.callTool({ name: 'list_notes', arguments: {} });
      assert.deepEqual((structuredContent as { notes: { text: string }[] }).notes.map(({ text }) => text), ['größer 🎈']);
      const seen: number[] = [];
      await known.callTool({ name: 'count_slowly', arguments: { to: 20, delayMs: 5 } }, undefined, { onprogress: ({ progress }) => seen.push(progress) });
      // The SDK forgets whom to tell as soon as it has the answer, so the last may be missing.
      assert.deepEqual(seen, Array.from({ length: seen.length }, (_, n) => n + 1));
      assert.ok(seen.length > 0);
      const leaving = new AbortController();
      const cancelled = known.callTool({ name: 'count_slowly', arguments: { to: 10_000, delayMs: 1000 } }, undefined, { signal: leaving.signal });
      leaving.abort();
      await assert.rejects(cancelled);
      await assert.rejects(
        known.callTool({ name: 'ask', arguments: {} }).then(({ isError, ...result }) => Promise.reject(new Error(isError ? textOf(result as never) : 'fine'))),
        /invalid/i,
      );
    });

    for (const name of ['files', 'shared']) {
      test(`a child process: ${name}`, async (t) => {
        // What is posted elsewhere goes to the process whose child it is.
        const known = await connectOld(t, url(`/mcp/${name}/sse`), options());
        const answers = await Promise.all(Array.from({ length: 10 }, () => known.callTool({ name: 'read_file', arguments: { path: 'hello.txt' } })));
        assert.deepEqual([...new Set(answers.map(textOf))], ['hello']);
        const { resources } = await known.listResources();
        assert.equal(resources.length, 1);
      });
    }
  });
}

describe('what curl sees', () => {
  test('endpoint first, 202, answers on the stream, comments between', async () => {
    fake.behave = sessions();
    const opened = await openStream(one.port, '/t/acme/mcp/fake/sse');
    const { 'content-type': type, 'cache-control': cache, 'x-accel-buffering': buffering } = opened.head.headers;
    assert.deepEqual([type, cache, buffering], ['text/event-stream', 'no-cache, no-transform', 'no']);
    assert.match(opened.endpoint, /^\/t\/acme\/mcp\/fake\/message\?sessionId=[\w-]{40,}$/);
    assert.ok((await opened.text(() => true)).startsWith('event: endpoint\n'));
    const posted = await opened.post(initialize);
    assert.deepEqual([posted.status, posted.text, posted.headers['content-length']], [202, 'Accepted', '8']);
    assert.deepEqual((await opened.messages(1))[0], { jsonrpc: '2.0', id: 'init', result: { protocolVersion: '2025-11-25' } });
    await opened.text((all) => all.includes(': ka\n\n'));
    opened.close();
  });

  test('the server sees one session, with the headers of the revision it chose', async () => {
    fake.behave = sessions('pinned');
    const all = since();
    const received = (which: Parameters<typeof all>[0] = () => true) => all((one) => one.url === '/mcp?single' && which(one));
    const opened = await openSession(one.port, '/mcp/single/sse');
    await opened.post(request('tools/list', {}, 7), { headers: { 'mcp-protocol-version': '2099-01-01', accept: '*/*', 'mcpgen-relay': 'x' } });
    await opened.messages(2);
    opened.close();
    await until('DELETE', () => received(({ method }) => method === 'DELETE').length === 1);
    const seen = received().map(({ method, message, headers }) => [message?.method ?? method, headers['mcp-session-id'], headers['mcp-protocol-version']]);
    assert.deepEqual(seen.sort(), [
      ['DELETE', 'pinned-1', '2025-11-25'],
      ['GET', 'pinned-1', '2025-11-25'],
      ['initialize', undefined, undefined],
      ['notifications/initialized', 'pinned-1', '2025-11-25'],
      ['tools/list', 'pinned-1', '2025-11-25'],
    ]);
    for (const { headers, method } of received()) {
      assert.deepEqual([headers['authorization'], headers['mcpgen-relay'], headers['accept-encoding']], [undefined, undefined, 'identity']);
      if (method === 'POST') assert.equal(headers['accept'], 'application/json, text/event-stream');
    }
  });

  test('messages keep their order where nothing else orders them', async () => {
    const received = since();
    let accept = (): void => {};
    const open = sessions('ordered');
    fake.behave = (one) => (one.message?.method === 'notifications/initialized' ? void (accept = () => void one.response.writeHead(202).end()) : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    assert.equal((await opened.post(request('tools/list', {}, 2))).status, 202);
    await until('the notification', () => received(({ message }) => message?.method === 'notifications/initialized').length === 1);
    // Long enough for what is not held back.
    for (let n = 0; n < 20; n++) await one.metrics();
    assert.equal(received(({ message }) => message?.method === 'tools/list').length, 0);
    accept();
    await opened.messages(2);
    opened.close();
  });

  test('answers that come as streams: whatever they carry, however they are cut', async () => {
    const id = 'up-1';
    const wanted = [
      { jsonrpc: '2.0', method: 'notifications/progress', params: { text: 'zwölf\u2028€' } },
      { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage' },
      { jsonrpc: '2.0', id: 2, result: { n: 1 } },
    ];
    fake.behave = ({ message, method, response }) => {
      if (message?.method === 'initialize')
        return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18' } }, { 'mcp-session-id': id });
      if (method !== 'POST' || message?.id === undefined) return void response.writeHead(method === 'GET' ? 405 : 202).end();
      const [first, second, third] = wanted.map((one) => JSON.stringify(one)) as [string, string, string];
      const bytes = Buffer.from(
        `: hi\n\nid: 1\ndata:\n\nevent: message\r\nid: 2\r\ndata: ${first}\r\n\r\ndata: ${second}\n\n` +
          `event: other\ndata: no\n\ndata: ${third.slice(0, 1)}\ndata: ${third.slice(1)}\n\n`,
      );
      const out = stream(response);
      for (let at = 0; at < bytes.length; at += 7) out.write(bytes.subarray(at, at + 7));
      out.end();
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await opened.post(request('tools/call', { name: 'x' }, 2));
    assert.deepEqual((await opened.messages(4)).slice(1), wanted);
    opened.close();
  });

  test('a stream that a server ends early is continued with its last id', async () => {
    const received = since();
    fake.behave = ({ message, method, headers, response }) => {
      if (message?.method === 'initialize')
        return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': 'polled' });
      if (method === 'GET')
        return headers['last-event-id'] === 'p1'
          ? void stream(response).end('id: p2\ndata: {"jsonrpc":"2.0","id":2,"result":{"late":true}}\n\n')
          : void response.writeHead(405).end();
      if (message?.id === undefined) return void response.writeHead(202).end();
      stream(response).end('id: p1\ndata: \n\n');
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await opened.post(request('tools/call', { name: 'x' }, 2));
    // An event without data is none; its id counts all the same.
    const messages = await opened.messages(2);
    assert.deepEqual(messages[1], { jsonrpc: '2.0', id: 2, result: { late: true } });
    assert.equal(received(({ headers }) => headers['last-event-id'] === 'p1').length, 1);
    opened.close();
  });

  test('refusals and failures of the server, each with the id of what was asked', async () => {
    const open = sessions('broken');
    const error = { code: -32000, message: 'no' };
    const behaviours: Readonly<Record<string, (one: Parameters<typeof answerAll>[0]) => void>> = {
      refused: ({ response }) => void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: null, error })),
      html: ({ response }) => void response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>no</h1>'),
      cut: ({ response }) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': 99 }).write('{', () => response.destroy()),
      silent: ({ response }) => void stream(response).end(': nothing\n\n'),
      accepted: ({ response }) => void response.writeHead(202).end(),
    };
    fake.behave = (one) => (behaviours[one.message?.method ?? ''] ?? open)(one);
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (const [n, method] of Object.keys(behaviours).entries()) {
      await opened.post(request(method, {}, method));
      const last = (await opened.messages(n + 2)).at(-1) as { id: string; error: { code: number; message: string; data?: { reason: string } } };
      assert.deepEqual(
        [last.id, last.error.code, last.error.data?.reason],
        method === 'refused' ? [method, -32000, undefined] : [method, 502, 'upstream-lost'],
      );
    }
    opened.close();
  });

  test('messages before initialize get what the server says; a second try may succeed', async () => {
    fake.behave = (one) =>
      one.message?.params?.['refuse'] ? void one.response.writeHead(400).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no"}}') : open(one);
    const open = sessions('early');
    const opened = await openStream(one.port, '/mcp/fake/sse');
    await opened.post(request('tools/list', {}, 1));
    assert.deepEqual((await opened.messages(1))[0]?.['id'], 1);
    await opened.post(request('initialize', { refuse: true }, 2));
    assert.deepEqual((await opened.messages(2))[1], { jsonrpc: '2.0', id: 2, error: { code: -32602, message: 'no' } });
    await opened.post(initialize);
    assert.ok('result' in ((await opened.messages(3))[2] ?? {}));
    opened.close();
  });

  test('a server without sessions is asked each time', async () => {
    fake.behave = answerAll;
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await opened.post(request('tools/list', {}, 2));
    assert.deepEqual((await opened.messages(2))[1], { jsonrpc: '2.0', id: 2, result: { echoed: 'tools/list' } });
    opened.close();
  });
});

describe('ends', () => {
  test('the client leaves: what is under way is broken off, the session deleted', async () => {
    const open = sessions('left');
    const received = since();
    fake.behave = (one) => (one.message?.method === 'hang' ? undefined : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await opened.post(request('hang', {}, 2));
    await until('the request', () => received(({ message }) => message?.method === 'hang').length === 1);
    opened.close();
    await within(received(({ message }) => message?.method === 'hang')[0]?.abandoned ?? Promise.resolve(), 'the end of the request');
    await until('DELETE', () => received(({ method, headers }) => method === 'DELETE' && headers['mcp-session-id'] === 'left-1').length === 1);
    const answer = await opened.post(request('ping'));
    assert.deepEqual([answer.status, reason(answer)], [404, 'session-unknown']);
  });

  test('the client leaves while its session is being opened: it is deleted when it is there', async () => {
    const received = since();
    const opened = await openStream(one.port, '/mcp/fake/sse');
    let answer = (): void => {};
    fake.behave = (one) => void (answer = () => sessions('orphan')(one));
    await opened.post(initialize);
    await until('initialize', () => received().length === 1);
    const count = await metric('mcpgen_sessions_ended_total');
    opened.close();
    await until('the end', async () => (await metric('mcpgen_sessions_ended_total')) > count);
    answer();
    await until('DELETE', () => received(({ method, headers }) => method === 'DELETE' && headers['mcp-session-id'] === 'orphan-1').length === 1);
  });

  test('the server forgets the session: the stream ends, after the answer that says so', async () => {
    const open = sessions('forgotten');
    const received = since();
    let forgets = false;
    fake.behave = (one) => (forgets && one.method === 'POST' ? void one.response.writeHead(404).end() : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await until('the standing stream', () => received(({ method }) => method === 'GET').length === 1);
    forgets = true;
    await opened.post(request('tools/list', {}, 9));
    assert.equal(((await opened.messages(2))[1] as { id: number }).id, 9);
    assert.ok((await opened.connection.body()).complete);
  });

  test('the server dies: so does the stream', async () => {
    fake.behave = sessions('dead');
    const received = since();
    const opened = await openSession(one.port, '/mcp/fake/sse');
    await until('the standing stream', () => received(({ method }) => method === 'GET').length === 1);
    await fake.kill();
    await opened.connection.body();
    await fake.revive();
    const answer = await opened.post(request('ping'));
    assert.equal(answer.status, 404);
  });

  test('the gateway drains: streams end, servers are told', async () => {
    const gateway = await startGateway({ config: CONFIG, pools });
    const received = since();
    fake.behave = sessions('drained');
    const opened = await openSession(gateway.port, '/mcp/fake/sse');
    const [{ code }] = await Promise.all([gateway.stop(), opened.connection.body()]);
    assert.equal(code, 0);
    assert.equal(received(({ method }) => method === 'DELETE').length, 1);
  });
});
