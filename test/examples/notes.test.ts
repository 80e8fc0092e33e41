/** The demo server `notes` as a user meets it: a real process, driven by the official SDK client. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema, CreateMessageRequestSchema, ElicitRequestSchema, LoggingMessageNotificationSchema, McpError, ProgressNotificationSchema,
  ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { dial, requestBytes } from '../support/http.js';
import { ACCEPT, assertRefused, attach, call, connect, failing, hasCode, type HttpServer, post, queue, start, textOf, TOO_LONG } from './support.js';

describe('notes', { timeout: 20_000 }, () => {
  let server: HttpServer;
  before(async () => {
    server = await start('notes.js');
  });

  test('keeps notes apart by session', async () => {
    const [one, two] = [await connect(server), await connect(server)];
    assert.notEqual(one.transport.sessionId, two.transport.sessionId);
    const added = await call(one.client, 'add_note', { text: 'milk' });
    assert.deepEqual(added.structuredContent, { id: '1', uri: 'note:///1', text: 'milk' });
    assert.deepEqual((await call(one.client, 'list_notes')).structuredContent, { notes: [{ id: '1', uri: 'note:///1', text: 'milk' }] });
    assert.deepEqual((await call(two.client, 'list_notes')).structuredContent, { notes: [] });
    const { contents } = await one.client.readResource({ uri: 'note:///1' });
    assert.deepEqual(contents, [{ uri: 'note:///1', mimeType: 'text/plain', text: 'milk' }]);
    await assert.rejects(two.client.readResource({ uri: 'note:///1' }), McpError);
    await call(one.client, 'delete_note', { id: '1' });
    assert.deepEqual((await one.client.listResources()).resources, []);
    assert.match(textOf(await failing(one.client, 'delete_note', { id: '1' })), /No note "1"/);
    const { structuredContent } = await call(one.client, 'whoami');
    assert.deepEqual(structuredContent, { instance: new URL(server.url).port, pid: server.pid });
  });

  test('insists on a session it knows', async () => {
    await assertRefused(await post(server, { method: 'tools/list' }), 400, -32000);
    for (const method of ['GET', 'DELETE']) await assertRefused(await fetch(server.url, { method, headers: ACCEPT }), 400, -32000);
    for (const method of ['GET', 'POST', 'DELETE']) {
      await assertRefused(await fetch(server.url, { method, headers: { ...ACCEPT, 'Mcp-Session-Id': 'gone' } }), 404, -32001);
    }
    const refused = await fetch(server.url, { method: 'PUT' });
    assert.equal(refused.headers.get('allow'), 'GET, POST, DELETE');
    await assertRefused(refused, 405, -32000);
    await assertRefused(await fetch(server.url, { method: 'POST', headers: ACCEPT, body: TOO_LONG }), 413, -32000);
  });

  test('tells about changes: the list always, a note to those who subscribed', async () => {
    const { client, streaming } = await connect(server);
    const events = queue<string>();
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => events.push('list'));
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => events.push(params.uri));
    await streaming;
    await call(client, 'add_note', { id: 'a', text: 'first' });
    assert.equal(await events.next(), 'list');
    await client.subscribeResource({ uri: 'note:///a' });
    await call(client, 'add_note', { id: 'a', text: 'second' });
    assert.equal(await events.next(), 'note:///a');
    await client.unsubscribeResource({ uri: 'note:///a' });
    await call(client, 'add_note', { id: 'a', text: 'third' });
    await call(client, 'delete_note', { id: 'a' });
    assert.equal(await events.next(), 'list', 'the replacement was not announced any more, the deletion was');
  });

  test('reports progress only to a caller that asked for it', async () => {
    const { client } = await connect(server);
    const seen: number[] = [];
    const result = await call(client, 'count_slowly', { to: 5, delayMs: 1 }, { onprogress: ({ progress }) => seen.push(progress) });
    assert.deepEqual(result.structuredContent, { reached: 5, to: 5 });
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    client.setNotificationHandler(ProgressNotificationSchema, () => assert.fail('unasked progress'));
    await call(client, 'count_slowly', { to: 2, delayMs: 1 });
  });

  test('stops counting when cancelled', async () => {
    const { client, streaming } = await connect(server);
    const logs = queue<unknown>();
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => logs.push(params.data));
    await streaming;
    const cancel = new AbortController();
    const counting = call(client, 'count_slowly', { to: 10_000, delayMs: 2 }, {
      signal: cancel.signal,
      onprogress: ({ progress }) => progress === 3 && cancel.abort('enough'),
    });
    await assert.rejects(counting, /enough/);
    const { reached, to } = await logs.next() as { reached: number; to: number };
    assert.ok(reached >= 3 && reached < 1000 && to === 10_000, `stopped at ${reached}`);
    assert.deepEqual((await call(client, 'list_notes')).structuredContent, { notes: [] });
  });

  test('resumes a broken call: nothing missed, nothing twice', async () => {
    const first = await connect(server);
    const seen: number[] = [];
    let token = '';
    const params = { name: 'count_slowly', arguments: { to: 12, delayMs: 2 } };
    const broken = first.client.request({ method: 'tools/call', params }, CallToolResultSchema, {
      onprogress: ({ progress }) => {
        seen.push(progress);
        if (progress === 3) void first.client.close();
      },
      onresumptiontoken: id => void (token = id),
    });
    await assert.rejects(broken, hasCode(-32000));

    const transport = new StreamableHTTPClientTransport(new URL(server.url), { sessionId: String(first.transport.sessionId) });
    transport.setProtocolVersion(String(first.transport.protocolVersion));
    const second = await attach(transport);
    second.setNotificationHandler(ProgressNotificationSchema, ({ params }) => void seen.push(params.progress));
    // As long as the first call, and begun later: when it is over, the first has gone on to its end without a listener.
    await call(second, 'count_slowly', params.arguments);
    assert.ok(seen.length < 12);
    const resumed = await second.request({ method: 'tools/call', params }, CallToolResultSchema, { resumptionToken: token });
    assert.deepEqual(resumed.structuredContent, { reached: 12, to: 12 });
    assert.deepEqual(seen, Array.from({ length: 12 }, (_, index) => index + 1));
  });

  test('asks the user in the middle of a call', async () => {
    const { client } = await connect(server, { elicitation: {} });
    const answers = [{ action: 'accept', content: { answer: 'blue' } }, { action: 'decline' }] as const;
    let asked = 0;
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      assert.equal(params.message, 'Which colour?');
      return answers[asked++] ?? { action: 'cancel' };
    });
    for (const expected of ['The user answered: blue', 'The user chose to decline.', 'The user chose to cancel.']) {
      assert.equal(textOf(await call(client, 'ask', { question: 'Which colour?' })), expected);
    }
  });

  test('asks the model in the middle of a call', async () => {
    const { client } = await connect(server, { sampling: {} });
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
      assert.deepEqual(params.messages[0]?.content, { type: 'text', text: 'Six times seven?' });
      return { model: 'parrot', role: 'assistant', content: { type: 'text', text: '42' } };
    });
    assert.equal(textOf(await call(client, 'think', { question: 'Six times seven?' })), 'parrot thinks: 42');
  });

  test('says so when the client cannot be asked', async () => {
    const { client } = await connect(server);
    assert.match(textOf(await failing(client, 'ask', { question: 'Why?' })), /does not support .*elicitation/);
    assert.match(textOf(await failing(client, 'think', { question: 'Why?' })), /does not support sampling/);
  });

  test('ends a session on DELETE', async () => {
    const { client, transport, streaming } = await connect(server);
    await streaming;
    const id = String(transport.sessionId);
    await transport.terminateSession();
    await assertRefused(await post(server, { method: 'tools/list' }, { 'Mcp-Session-Id': id }), 404, -32001);
    await assert.rejects(call(client, 'list_notes'), (error: unknown) => error instanceof StreamableHTTPError && error.code === 400);
  });

  test('drops an idle session, but none with an open stream', async () => {
    const idle = await start('notes.js', { SESSION_IDLE_MS: '250' });
    const { client, transport, streaming } = await connect(idle);
    await streaming;
    await call(client, 'list_notes');
    await sleep(500);
    assert.deepEqual((await call(client, 'list_notes')).structuredContent, { notes: [] });
    const id = String(transport.sessionId);
    await client.close();
    // Every request keeps the session for another 250 ms, so the polling has to be slower.
    while ((await post(idle, { method: 'ping' }, { 'Mcp-Session-Id': id })).status !== 404) await sleep(400);
  });

  test('ends its streams and exits on SIGTERM', async () => {
    const { client, transport, streaming } = await connect(server);
    await streaming;
    // A second stream of the session; its own text shows how it ends.
    const headers = { ...ACCEPT, 'Mcp-Session-Id': String(transport.sessionId), 'Last-Event-ID': 'other.0' };
    const stream = await fetch(server.url, { headers });
    await new Promise<unknown>(resolve => {
      call(client, 'count_slowly', { to: 10_000, delayMs: 5 }, { onprogress: resolve }).catch(() => {});
    });
    const started = performance.now();
    const stopped = server.stop('SIGTERM');
    assert.equal(await stream.text(), '', 'the stream ended in order, not with a reset');
    assert.equal(await stopped, 0);
    assert.ok(performance.now() - started < 2000);
    await assert.rejects(fetch(server.url), TypeError);
    assert.deepEqual(server.lines, [`notes listening on ${server.url}`]);
  });

  test('field-01 answers a connection that had come and not asked yet when it was told to end', async () => {
    const other = await start('notes.js');
    const port = Number(new URL(other.url).port);
    const [silent, kept] = [await dial(port), await dial(port)];
    kept.send(requestBytes({ path: '/health' }));
    assert.equal((await kept.answer()).status, 200);
    const stopped = other.stop('SIGTERM');
    assert.equal(await kept.ended, 'fin');
    silent.send(requestBytes({ path: '/health' }));
    assert.equal((await silent.answer()).status, 200);
    assert.equal(await stopped, 0);
  });
});
