/** Servers without an old transport of their own: the gateway makes it of Streamable HTTP, and the process that holds a stream has its messages. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createSealer } from '#src/gateway/runtime/session.js';
import { createHash } from 'node:crypto';
import { textOf } from '../../support/client.js';
import { ROOT } from '../../support/folder.js';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type HttpAnswer } from '../../support/http.js';
import { answerAll, json, startUpstream, stream, withSessions, type Behave, type FakeUpstream } from '../../support/upstreams.js';
import { client, connectOld, initialize, initialized, openSession, openStream, REVISIONS, startExample } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'mcpgen-sse-'));
writeFileSync(join(folder, 'hello.txt'), 'hello');
after(() => rmSync(folder, { recursive: true, force: true }));

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const FILES = { kind: 'stdio', command: [process.execPath, join(ROOT, 'examples/servers/files.js'), folder] };
const CONFIG: Config = gatewayConfig({
  auth: { clients: { acme: client('acme'), twin: client('twin'), few: client('few') } },
  servers: { notes: server, fake: server, other: server, files: FILES, shared: { ...FILES, sharing: 'shared' }, single: server },
  tenants: { acme: { match: [{ client: 'acme' }, { client: 'twin' }, { path: true }], servers: '*' }, few: { match: { client: 'few' }, servers: '*', sessions: 1, rate: '20/min' } },
  gateway: { replicas: 2, admin: {}, revisions: REVISIONS, sessionKeys: [{ secret: 'SESSION_KEY' }], limits: { perAddress: '10000/s' }, timeouts: { keepAlive: '1s', firstByte: '5s', idleStream: '3s' } },
});

let one: RunningGateway;
let two: RunningGateway;
/** Waits for nothing long. */
let brief: RunningGateway;
let fake: FakeUpstream;
let pools: Record<string, string[]>;
before(async () => {
  const [notes, upstream] = await Promise.all([startExample('notes.js'), startUpstream()]);
  fake = upstream;
  pools = { notes: [notes.url], fake: [fake.url], other: [fake.url], single: [`${fake.url}?single`] };
  const hasty = { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), timeouts: { keepAlive: '1s', firstByte: '5s', response: '4s', idleStream: '4s' } } };
  [one, two, brief] = await Promise.all([startGateway({ config: CONFIG, pools }), startGateway({ config: CONFIG, pools }), startGateway({ config: hasty, pools })]);
});

const url = (path: string, gateway = one): string => `http://127.0.0.1:${gateway.port}${path}`;
const reason = ({ text }: HttpAnswer): string => (JSON.parse(text) as ErrorBody).error.data.reason;
const metric = async (name: string, gateway = one): Promise<number> => (await gateway.metrics()).get(name) ?? 0;
/** Its server, and notifications are taken as they should be. */
const sessions = (prefix?: string): Behave => {
  const open = withSessions(prefix);
  return (one) => (one.message && one.message.id === undefined ? void one.response.writeHead(202).end() : open(one));
};
/** The upstream's view, from here on. */
const since = () => {
  const from = fake.received.length;
  return (which = (_: (typeof fake.received)[number]): boolean => true) => fake.received.slice(from).filter(which);
};

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
      await assert.rejects(known.callTool({ name: 'ask', arguments: {} }).then(({ isError, ...result }) => Promise.reject(new Error(isError ? textOf(result as never) : 'fine'))), /invalid/i);
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
    const wanted = [{ jsonrpc: '2.0', method: 'notifications/progress', params: { text: 'zwölf\u2028€' } }, { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage' }, { jsonrpc: '2.0', id: 2, result: { n: 1 } }];
    fake.behave = ({ message, method, response }) => {
      if (message?.method === 'initialize') return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18' } }, { 'mcp-session-id': id });
      if (method !== 'POST' || message?.id === undefined) return void response.writeHead(method === 'GET' ? 405 : 202).end();
      const [first, second, third] = wanted.map((one) => JSON.stringify(one)) as [string, string, string];
      const bytes = Buffer.from(`: hi\n\nid: 1\ndata:\n\nevent: message\r\nid: 2\r\ndata: ${first}\r\n\r\ndata: ${second}\n\nevent: other\ndata: no\n\ndata: ${third.slice(0, 1)}\ndata: ${third.slice(1)}\n\n`);
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
      if (message?.method === 'initialize') return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': 'polled' });
      if (method === 'GET') return headers['last-event-id'] === 'p1' ? void stream(response).end('id: p2\ndata: {"jsonrpc":"2.0","id":2,"result":{"late":true}}\n\n') : void response.writeHead(405).end();
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
      assert.deepEqual([last.id, last.error.code, last.error.data?.reason], method === 'refused' ? [method, -32000, undefined] : [method, 502, 'upstream-lost']);
    }
    opened.close();
  });

  test('messages before initialize get what the server says; a second try may succeed', async () => {
    fake.behave = (one) => (one.message?.params?.['refuse'] ? void one.response.writeHead(400).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no"}}') : open(one));
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

describe('bounds', () => {
  test('sessions are limited, counted and released', async () => {
    fake.behave = sessions('few');
    await until('the end of others', async () => (await metric('mcpgen_sessions_active')) === 0);
    const first = await openSession(one.port, '/mcp/fake/sse', 'few');
    assert.deepEqual([await metric('mcpgen_sessions_active'), await metric('mcpgen_streams_open')], [1, 1]);
    const second = await ask(one.port, { path: '/mcp/fake/sse', headers: as('few') });
    assert.deepEqual([second.status, reason(second)], [429, 'sessions-full']);
    first.close();
    await until('the place', async () => (await metric('mcpgen_sessions_active')) === 0 && (await metric('mcpgen_streams_open')) === 0);
  });

  test('a client that calls and does not read is held back, then given up', async () => {
    const open = sessions('flood');
    const text = 'x'.repeat(300_000);
    fake.behave = (one) => (one.message?.method === 'much' ? json(one.response, { jsonrpc: '2.0', id: one.message.id, result: { text } }) : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    opened.connection.pause();
    const seen = new Set<number>();
    let n = 0;
    await until('the end of the session', async () => seen.add((await opened.post(request('much', {}, ++n))).status).has(404));
    assert.deepEqual([...seen], [202, 503, 404]);
    opened.close();
  });

  test('many large answers at once all reach whoever reads', async () => {
    const open = sessions('burst');
    const text = 'x'.repeat(200_000);
    const held: (() => void)[] = [];
    fake.behave = (one) => (one.message?.method === 'much' ? void held.push(() => json(one.response, { jsonrpc: '2.0', id: one.message?.id, result: { text } })) : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const ids = Array.from({ length: 60 }, (_, n) => n);
    await Promise.all(ids.map((n) => opened.post(request('much', {}, n))));
    await until('all of them', () => held.length === ids.length);
    for (const answer of held) answer();
    const answers = (await opened.messages(61)).slice(1) as { id: number; result: { text: string } }[];
    assert.deepEqual(answers.map(({ id }) => id).sort((a, b) => a - b), ids);
    assert.ok(answers.every(({ result }) => result.text === text));
    opened.close();
  });

  test('a stream that is not read holds its server back', async () => {
    const open = sessions('held');
    let written = 0;
    let isHeld = false;
    fake.behave = (one) => {
      if (one.message?.method !== 'endless') return open(one);
      const out = stream(one.response);
      const event = `data: {"jsonrpc":"2.0","method":"notifications/x","params":{"x":"${'x'.repeat(60_000)}"}}\n\n`;
      const more = (): void => {
        while (!isHeld && !out.destroyed && written < 400_000_000) {
          written += event.length;
          if (!out.write(event)) return void out.once('drain', more);
        }
      };
      more();
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    opened.connection.pause();
    await opened.post(request('endless', {}, 2));
    let before = -1;
    await until('a rest', async () => {
      const rests = before === written && written > 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return rests && before === written;
    });
    isHeld = true;
    assert.ok(written < 100_000_000, `${written} bytes were taken`);
    opened.close();
  });

  test('too many messages under way are refused', async () => {
    const open = sessions('busy');
    fake.behave = (one) => (one.message?.method === 'hang' ? undefined : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const answers = await Promise.all(Array.from({ length: 70 }, (_, n) => opened.post(request('hang', {}, n))));
    const refused = answers.filter(({ status }) => status !== 202);
    assert.ok(refused.length >= 6 && refused.every((answer) => answer.status === 503 && reason(answer) === 'instance-full' && answer.headers['retry-after']));
    opened.close();
  });
});

describe('servers and clients that mean no good', () => {
  test('a server that never closes the streams of its answers holds up nothing', async () => {
    fake.behave = ({ message, method, response }) => {
      if (method !== 'POST' || message?.id === undefined) return void response.writeHead(method === 'POST' ? 202 : 405).end();
      stream(response, { 'mcp-session-id': 'open' }).write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } })}\n\n`);
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 100; n++) await until('room for more', async () => (await opened.post(request('tools/list', {}, n))).status === 202);
    await opened.messages(101);
    opened.close();
  });

  test('what is cancelled, and what comes to no end, is broken off', async () => {
    const received = since();
    const open = sessions('slow');
    fake.behave = (one) => {
      if (one.message?.method === 'drip') return void one.response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":');
      return one.message?.method === 'still' ? void stream(one.response).write(': nothing yet\n\n') : open(one);
    };
    const opened = await openSession(brief.port, '/mcp/fake/sse');
    await opened.post(request('still', {}, 2));
    await opened.post(request('still', {}, '2'));
    await opened.post(request('drip', {}, 3));
    await until('all three', () => received(({ message }) => /still|drip/.test(message?.method ?? '')).length === 3);
    await opened.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    const [cancelled, other] = received(({ message }) => message?.method === 'still');
    let isOtherGone = false;
    void other?.abandoned.then(() => (isOtherGone = true));
    await within(cancelled?.abandoned ?? Promise.resolve(), 'the end of the cancelled one');
    assert.equal(isOtherGone, false, 'of another id');
    const failed = (await opened.messages(3)).slice(1) as { id: unknown; error: { code: number } }[];
    assert.deepEqual(failed.map(({ id, error }) => [id, error.code]).sort(), [['2', 502], [3, 502]].sort());
    opened.close();
  });

  test('many that are under way can still be cancelled', async () => {
    const open = sessions('stuck');
    fake.behave = (one) => (one.message?.method === 'still' ? void stream(one.response, { 'content-type': 'Text/Event-Stream' }).write(': nothing yet\n\n') : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 64; n++) assert.equal((await opened.post(request('still', {}, n))).status, 202);
    assert.equal((await opened.post(request('tools/list', {}, 'more'))).status, 503);
    for (let n = 0; n < 64; n++) assert.equal((await opened.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: n } })).status, 202);
    await until('room', async () => (await opened.post(request('tools/list', {}, 'more'))).status === 202);
    assert.equal((await opened.messages(2))[1]?.['id'], 'more');
    opened.close();
  });

  test('a server that refuses with a stream has refused', async () => {
    const open = sessions('lost');
    fake.behave = (one) => (one.method === 'GET' ? void one.response.writeHead(404, { 'content-type': 'text/event-stream' }).end(': gone\n\n') : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    assert.ok((await opened.connection.body()).complete);
  });

  test('servers that send parts without end are given memory for some, in all sessions together', async () => {
    const open = sessions('parts');
    fake.behave = (one) => (one.message?.method === 'parts' ? void stream(one.response).write(`data: ${'x'.repeat(15 * 2 ** 20)}`) : open(one));
    const gateway = await startGateway({ config: { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), timeouts: {} } }, pools });
    const failed = await Promise.any(Array.from({ length: 6 }, async () => {
      const opened = await openSession(gateway.port, '/mcp/fake/sse');
      await opened.post(request('parts', {}, 2));
      return (await opened.messages(2))[1] as unknown as ErrorBody;
    }));
    assert.equal(failed.error.data.reason, 'upstream-lost');
    await gateway.stop();
  });

  test('however often a client says that it is ready, one stream stands', async () => {
    const received = since();
    fake.behave = sessions('eager');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 10; n++) await opened.post(initialized);
    await opened.post(request('tools/list', {}, 2));
    await opened.messages(2);
    assert.equal(received(({ method }) => method === 'GET').length, 1);
    opened.close();
  });

  test('what is posted counts as long as it is held, for all sessions together', async () => {
    const open = sessions('heavy');
    const held: (() => void)[] = [];
    fake.behave = (one) => (one.message?.method === 'heavy' ? void held.push(() => json(one.response, { jsonrpc: '2.0', id: one.message?.id, result: {} })) : open(one));
    const gateway = await startGateway({ config: CONFIG, pools });
    const streams = await Promise.all(Array.from({ length: 12 }, () => openSession(gateway.port, '/mcp/fake/sse')));
    const statuses: number[] = [];
    for (const [n, each] of streams.entries()) statuses.push((await each.post(request('heavy', { text: 'x'.repeat(3_900_000) }, n))).status);
    assert.ok(statuses.includes(503), statuses.join());
    // It is given back with the answers.
    await until('those that were taken', () => held.length === statuses.filter((status) => status === 202).length);
    for (const answer of held.splice(0)) answer();
    await until('room', async () => (await streams.at(-1)?.post(request('heavy', { text: 'x'.repeat(3_900_000) }, 99)))?.status === 202);
    for (const each of streams) each.close();
    await gateway.stop();
  });
});

describe('who may do what', () => {
  const UNKNOWN = [404, 1, 'Session not found', 'session-unknown'];
  const unknown = (answer: HttpAnswer): unknown[] => {
    const { id, error } = JSON.parse(answer.text) as ErrorBody;
    return [answer.status, id, error.message, error.data.reason];
  };

  test('ids of others, of other servers, of streams that have ended: the same 404 at both replicas', async () => {
    fake.behave = sessions('mine');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const received = since();
    for (const { port } of [one, two]) {
      for (const [path, who] of [
        [opened.endpoint, 'twin'],
        [opened.endpoint, 'few'],
        [opened.endpoint.replace('/fake/', '/other/'), 'acme'],
        [`${opened.endpoint.slice(0, -4)}AAAA`, 'acme'],
        ['/mcp/fake/message', 'acme'],
      ] as const) assert.deepEqual(unknown(await ask(port, { path, message: request('ping'), headers: as(who) })), UNKNOWN);
    }
    assert.equal((await ask(two.port, { path: opened.endpoint, message: request('ping') })).status, 401);
    assert.equal(received(({ message }) => message?.method === 'ping').length, 0);
    opened.close();
    await until('the end', async () => (await metric('mcpgen_sessions_active')) === 0);
    for (const { port } of [one, two]) assert.deepEqual(unknown(await opened.post(request('ping'), { port })), UNKNOWN);
  });

  test('where the config has one replica, the streams of another are unknown', async () => {
    const lonely = await startGateway({ config: { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), replicas: 1 } }, pools });
    const opened = await openStream(one.port, '/mcp/fake/sse');
    assert.deepEqual(unknown(await opened.post(request('ping'), { port: lonely.port })), UNKNOWN);
    opened.close();
    await lonely.stop();
  });

  test('a replica whose process has ended takes its streams with it', async () => {
    const gone = await startGateway({ config: CONFIG, pools });
    const opened = await openStream(gone.port, '/mcp/fake/sse');
    await gone.stop();
    assert.deepEqual(unknown(await opened.post(request('ping'), { port: two.port })), UNKNOWN);
    opened.close();
  });

  test('what one replica vouches for is not charged or audited twice; what it cannot vouch for is judged', async () => {
    fake.behave = sessions('relayed');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const calls = (await metric('mcpgen_tool_calls_total{server="fake"}')) || 0;
    await opened.post(request('tools/call', { name: 'x' }, 2), { port: two.port });
    await opened.messages(2);
    assert.equal((await metric('mcpgen_tool_calls_total{server="fake"}')) || 0, calls);
    const big = await ask(two.port, { path: opened.endpoint, body: `"${'x'.repeat(5e6)}"`, headers: as('acme') });
    assert.equal(big.status, 413);
    opened.close();
  });

  test('a proof is for one stream, one moment and one server, and only for what it says', async () => {
    fake.behave = sessions('forged');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const received = since();
    const id = opened.endpoint.split('sessionId=')[1] ?? '';
    const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
    const { seal } = createSealer([secretValue('SESSION_KEY')], 1e9, Date.now);
    const good = { kind: 'relay', tenant: 'acme', principal: 'client:acme', issuedAt: Date.now(), init: null, legs: [{ server: 'fake', instance: '', upstreamId: digest(id) }] } as const;
    const send = async (proof: string | null, path = opened.endpoint): Promise<number> => (await ask(one.port, { path, message: request('ping'), headers: { 'mcpgen-relay': proof ?? '' } })).status;
    for (const proof of [
      'x',
      id,
      seal({ ...good, kind: 'message' }),
      seal({ ...good, kind: 'mcp' }),
      seal({ ...good, issuedAt: Date.now() - 60_000 }),
      seal({ ...good, issuedAt: Date.now() + 60_000 }),
      seal({ ...good, principal: 'anonymous' }),
      seal({ ...good, principal: 'client:nobody' }),
      seal({ ...good, legs: [] }),
      seal({ ...good, legs: [{ ...good.legs[0], server: 'other' }] }),
      seal({ ...good, legs: [{ ...good.legs[0], upstreamId: digest(`${id}x`) }] }),
      createSealer(['another key that is long enough, really'], 1e9, Date.now).seal(good),
    ]) assert.equal(await send(proof), 401);
    assert.equal((await ask(one.port, { path: '/mcp/fake', message: request('ping'), headers: { 'mcpgen-relay': seal(good) ?? '' } })).status, 401);
    // Vouched for, and still not the owner of the session.
    assert.equal(await send(seal({ ...good, principal: 'client:twin' })), 404);
    assert.equal(await send(seal({ ...good, tenant: 'few' })), 404);
    const pings = () => received(({ message }) => message?.method === 'ping').length;
    assert.equal(pings(), 0);
    assert.equal(await send(seal(good)), 202);
    await until('the message', () => pings() === 1);
    opened.close();
  });

  test('methods', async () => {
    const posted = await ask(one.port, { path: '/mcp/fake/sse', message: request('ping'), headers: as('acme') });
    assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET']);
    const got = await ask(one.port, { path: '/mcp/fake/message?sessionId=x', headers: as('acme') });
    assert.deepEqual([got.status, got.headers['allow']], [405, 'POST']);
  });

  test('a stream that is opened and left at once leaves nothing behind', async () => {
    const count = await metric('mcpgen_sessions_opened_total');
    for (let n = 0; n < 20; n++) {
      const connection = await dial(one.port);
      connection.send(requestBytes({ path: '/mcp/fake/sse', headers: as('acme') }));
      if (n % 2 === 0) await connection.head();
      connection.reset();
    }
    await until('the end of all', async () => (await metric('mcpgen_sessions_active')) === 0 && (await metric('mcpgen_streams_open')) === 0);
    assert.equal(await metric('mcpgen_sessions_opened_total'), await metric('mcpgen_sessions_ended_total'), `of ${count}`);
  });
});
