/** The demo servers as a user meets them: real processes, driven by the official SDK client. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema, CreateMessageRequestSchema, ElicitRequestSchema, LoggingMessageNotificationSchema, McpError,
  ProgressNotificationSchema, ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema,
  type CallToolResult, type ClientCapabilities,
} from '@modelcontextprotocol/sdk/types.js';

const SERVERS = join(process.cwd(), 'examples', 'servers');
const TOO_LONG = 'x'.repeat(4 * 1024 * 1024 + 1);
const ACCEPT = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** Run whatever happened, so that no child outlives the tests: the newest first, since a client whose server goes before it opens its streams again. */
const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await Promise.allSettled([cleanup()]);
});

describe('search', { timeout: 20_000 }, () => {
  let server: HttpServer;
  let client: Client;
  before(async () => {
    server = await start('search.js', { INSTANCE: 'blue' });
    ({ client } = await connect(server));
  });

  test('offers tools, articles and a prompt, and promises no notifications', async () => {
    assert.deepEqual((await client.listTools()).tools.map(tool => tool.name), ['search', 'read', 'whoami']);
    assert.deepEqual((await client.listPrompts()).prompts.map(prompt => prompt.name), ['summarise']);
    const { resources } = await client.listResources();
    assert.equal(resources.length, readdirSync(join(SERVERS, 'corpus')).length);
    assert.ok(resources.length >= 25);
    const { tools, resources: lists, prompts } = client.getServerCapabilities() ?? {};
    assert.deepEqual([tools, lists, prompts], Array(3).fill({ listChanged: false }));
  });

  test('every article has a title and 100 to 250 words', () => {
    for (const name of readdirSync(join(SERVERS, 'corpus'))) {
      const text = readFileSync(join(SERVERS, 'corpus', name), 'utf8');
      const words = text.split(/\s+/).length;
      assert.match(text, /^# \S/, name);
      assert.ok(words >= 100 && words <= 250, `${name}: ${words} words`);
    }
  });

  test('ranks articles and says the same to programs and readers', async () => {
    const result = await call(client, 'search', { query: 'rendezvous hashing of a key', limit: 3 });
    const { hits } = result.structuredContent as { hits: Hit[] };
    assert.equal(hits.length, 3);
    assert.equal(hits[0]?.id, 'rendezvous-hashing');
    assert.deepEqual(hits.map(hit => hit.score), hits.map(hit => hit.score).sort((a, b) => b - a));
    for (const hit of hits) for (const part of [hit.title, hit.path, hit.snippet]) assert.ok(textOf(result).includes(part));
    assert.deepEqual((await call(client, 'search', { query: 'xyzzy' })).structuredContent, { hits: [] });
  });

  test('reads an article as tool, resource and prompt', async () => {
    const text = readFileSync(join(SERVERS, 'corpus', 'retries.md'), 'utf8');
    assert.equal(textOf(await call(client, 'read', { id: 'retries' })), text);
    const { contents } = await client.readResource({ uri: 'corpus:///retries' });
    assert.deepEqual(contents, [{ uri: 'corpus:///retries', mimeType: 'text/markdown', text }]);
    const { messages } = await client.getPrompt({ name: 'summarise', arguments: { id: 'retries' } });
    assert.ok(messages[0]?.content.type === 'text' && messages[0].content.text.includes(text));
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'summarise' },
      argument: { name: 'id', value: 'ret' },
    });
    assert.deepEqual(completion.values, ['retries']);
  });

  test('says what is wrong with a request', async () => {
    assert.match(textOf(await failing(client, 'read', { id: '../http' })), /No article/);
    assert.match(textOf(await failing(client, 'search', { query: '' })), /Invalid arguments/);
    await assert.rejects(client.readResource({ uri: 'corpus:///nothing' }), hasCode(-32002));
  });

  test('keeps no session: any request stands alone', async () => {
    const response = await post(server, { method: 'tools/call', params: { name: 'whoami' } });
    assert.equal(response.headers.get('mcp-session-id'), null);
    const { result } = await response.json() as { result: CallToolResult };
    assert.deepEqual(result.structuredContent, { instance: 'blue', pid: server.pid });
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const refused = await fetch(server.url, { method, headers: ACCEPT });
      assert.equal(refused.headers.get('allow'), 'POST');
      await assertRefused(refused, 405, -32000);
    }
  });

  test('answers bad bodies and paths in JSON-RPC', async () => {
    await assertRefused(await fetch(server.url, { method: 'POST', headers: ACCEPT, body: '{' }), 400, -32700);
    await assertRefused(await fetch(server.url, { method: 'POST', headers: ACCEPT, body: TOO_LONG }), 413, -32000);
    await assertRefused(await fetch(new URL('/other', server.url)), 404, -32000);
  });

  test('is healthy', async () => {
    const response = await fetch(new URL('/health', server.url));
    assert.deepEqual([response.status, await response.json()], [200, { status: 'ok' }]);
  });

  test('stops on SIGINT, having written one line', async () => {
    assert.equal(await server.stop('SIGINT'), 0);
    assert.deepEqual(server.lines, [`search listening on ${server.url}`]);
  });

  test('names a malformed PORT', async () => {
    await Promise.all(['80x', '', '65536'].map(async PORT => {
      const message = `PORT must be a whole number from 0 to 65535, not ${JSON.stringify(PORT)}\n`;
      assert.deepEqual(await failingStart('search.js', [], { PORT }), { code: 1, message });
    }));
  });
});

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
});

describe('files', { timeout: 20_000 }, () => {
  const outside = mkdtempSync(join(tmpdir(), 'mcpgen-files-'));
  const root = join(outside, 'served');
  let client: Client;
  let transport: StdioClientTransport;
  const errors: unknown[] = [];

  before(async () => {
    cleanups.push(() => rmSync(outside, { recursive: true }));
    mkdirSync(join(root, 'sub'), { recursive: true });
    mkdirSync(join(outside, 'served-too'));
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    writeFileSync(join(outside, 'served-too', 'secret.txt'), 'secret');
    writeFileSync(join(root, 'a b.txt'), 'spaced');
    writeFileSync(join(root, 'sub', 'deep.txt'), 'deep');
    writeFileSync(join(root, 'image.bin'), Buffer.from([0xff, 0xfe, 0x00]));
    symlinkSync('sub/deep.txt', join(root, 'inner'));
    symlinkSync('../secret.txt', join(root, 'leak'));
    symlinkSync('..', join(root, 'up'));
    symlinkSync('leak', join(root, 'chain'));
    symlinkSync('../unborn.txt', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    transport = fileServer(root);
    client = await attach(transport);
    client.onerror = error => errors.push(error);
  });

  test('lists, describes and reads', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(tool => tool.name), ['list_files', 'read_file', 'stat_file', 'write_file', 'delete_file']);
    const { structuredContent: sub } = await call(client, 'list_files', { path: 'sub' });
    assert.deepEqual(sub, { files: [{ path: 'sub/deep.txt', kind: 'file' }] });
    const { files } = (await call(client, 'list_files')).structuredContent as { files: { path: string; kind: string }[] };
    assert.deepEqual(files.find(file => file.path === 'sub'), { path: 'sub', kind: 'folder' });
    assert.deepEqual(files.find(file => file.path === 'leak'), { path: 'leak', kind: 'other' });
    assert.equal(textOf(await call(client, 'read_file', { path: './sub/../a b.txt' })), 'spaced');
    assert.equal(textOf(await call(client, 'read_file', { path: 'inner' })), 'deep');
    const stat = (await call(client, 'stat_file', { path: 'a b.txt' })).structuredContent;
    assert.equal(stat?.['bytes'], 6);
  });

  test('offers files as resources', async () => {
    const { resources } = await client.listResources();
    assert.deepEqual(resources.map(resource => resource.uri), ['file:///a%20b.txt', 'file:///image.bin', 'file:///sub/deep.txt']);
    const { contents } = await client.readResource({ uri: 'file:///a%20b.txt' });
    assert.deepEqual(contents, [{ uri: 'file:///a%20b.txt', mimeType: 'text/plain', text: 'spaced' }]);
  });

  test('writes, replaces and deletes, and announces it', async () => {
    const events = queue<string>();
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => events.push('list'));
    for (const text of ['a longer text', 'short']) {
      await call(client, 'write_file', { path: 'sub/new.txt', text });
      assert.equal(readFileSync(join(root, 'sub', 'new.txt'), 'utf8'), text);
      assert.equal(await events.next(), 'list');
    }
    await call(client, 'delete_file', { path: 'sub/new.txt' });
    assert.equal(await events.next(), 'list');
    assert.ok(!existsSync(join(root, 'sub', 'new.txt')));
  });

  test('cannot be talked out of its folder', async () => {
    const paths = [
      '..', '../secret.txt', 'sub/../../secret.txt', '../served-too/secret.txt', '../no/such/thing',
      join(outside, 'secret.txt'), '/etc/passwd', '/',
      'leak', 'chain', 'up', 'up/secret.txt', 'up/served-too/secret.txt', 'up/unborn.txt',
    ];
    for (const path of paths) {
      for (const name of ['list_files', 'read_file', 'stat_file', 'write_file', 'delete_file']) {
        assert.match(textOf(await failing(client, name, { path, text: 'owned' })), /outside the served folder/, `${name} ${path}`);
      }
    }
    await failing(client, 'write_file', { path: 'dangling', text: 'owned' });
    await failing(client, 'read_file', { path: 'a b.txt\0.png' });
    for (const path of ['../secret.txt', '..%2Fsecret.txt', '%2e%2e%2Fsecret.txt', '%2Fetc%2Fpasswd', 'leak', '%E0%A4%A']) {
      await assert.rejects(client.readResource({ uri: `file:///${path}` }), hasCode(-32002), path);
    }
    for (const file of ['secret.txt', 'served-too/secret.txt']) assert.equal(readFileSync(join(outside, file), 'utf8'), 'secret');
    assert.ok(!existsSync(join(outside, 'unborn.txt')));
  });

  test('refuses what is no text file, without naming the host\'s folders', async () => {
    const reasons = { sub: /not a file/, pipe: /not a file/, 'image.bin': /not valid/, 'none.txt': /ENOENT/, 'sub/none/x': /ENOENT/ };
    for (const [path, reason] of Object.entries(reasons)) {
      const text = textOf(await failing(client, 'read_file', { path }));
      assert.match(text, reason);
      assert.ok(!text.includes(outside), text);
    }
    await failing(client, 'write_file', { path: 'pipe', text: 'nobody reads this' });
    await failing(client, 'write_file', { path: 'sub', text: 'a folder' });
    await failing(client, 'delete_file', { path: 'sub' });
  });

  test('writes nothing but the protocol to stdout, and ends with its input', async () => {
    const pid = Number(transport.pid);
    await client.close();
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.deepEqual(errors, []);
  });

  test('needs a folder', async () => {
    const bad: [string[], RegExp][] = [
      [[], /usage/], [[join(outside, 'none')], /ENOENT/], [[join(outside, 'secret.txt')], /ENOTDIR/],
    ];
    await Promise.all(bad.map(async ([args, expected]) => {
      const { code, message } = await failingStart('files.js', args);
      assert.equal(code, 1);
      assert.match(message, expected);
    }));
  });

  test('serves the demo folder it ships with', async () => {
    const { resources } = await (await attach(fileServer(join(SERVERS, 'files')))).listResources();
    assert.deepEqual(resources.map(resource => resource.name), ['data/rivers.csv', 'recipes/flatbread.txt', 'welcome.md']);
  });
});

interface Hit {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly snippet: string;
  readonly score: number;
}

interface HttpServer {
  readonly url: string;
  readonly pid: number;
  /** What it has written to stderr. */
  readonly lines: readonly string[];
  /** Sends the signal; resolves to the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts a server on a port of the system's choice and waits until it says which. */
async function start(script: string, env: Record<string, string> = {}): Promise<HttpServer> {
  const child = run(script, [], { PORT: '0', ...env });
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  cleanups.push(() => (child.kill('SIGKILL'), exited));
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', line => {
      lines.push(line);
      const [, address] = / listening on (http:\S+)$/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    void exited.then(code => reject(new Error(`${script} exited with ${code}: ${lines.join('\n')}`)));
  });
  return { url, pid: Number(child.pid), lines, stop: signal => (child.kill(signal), exited) };
}

/** Runs a server that is expected to give up. */
async function failingStart(script: string, args: string[], env: Record<string, string> = {}) {
  const child = run(script, args, env);
  const [lines, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
  return { code: code as number | null, message: lines.join('') };
}

function run(script: string, args: string[], env: Record<string, string>) {
  return spawn(process.execPath, [join(SERVERS, script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
}

function fileServer(folder: string) {
  return new StdioClientTransport({ command: process.execPath, args: [join(SERVERS, 'files.js'), folder], stderr: 'ignore' });
}

/**
 * A connected client; `streaming` resolves when its GET stream is open, before which notifications would be missed.
 * One that can be asked gets no such stream: the question has to come on the stream of the call it belongs to.
 */
async function connect(server: HttpServer, capabilities?: ClientCapabilities) {
  let opened = () => {};
  const streaming = new Promise<void>(resolve => (opened = resolve));
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: async (url, init) => {
      if (init?.method === 'GET' && capabilities) return new Response(null, { status: 405 });
      const response = await fetch(url, init);
      if (init?.method === 'GET') opened();
      return response;
    },
  });
  return { client: await attach(transport, capabilities), transport, streaming };
}

async function attach(transport: StreamableHTTPClientTransport | StdioClientTransport, capabilities: ClientCapabilities = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  cleanups.push(() => client.close());
  // The SDK's own classes do not satisfy its interface under exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}, options?: RequestOptions) {
  // callTool's type also admits the result of 2024-10-07, which had no content.
  const result = await client.callTool({ name, arguments: args }, CallToolResultSchema, options) as CallToolResult;
  assert.ok(!result.isError, `${name} failed: ${textOf(result)}`);
  return result;
}

async function failing(client: Client, name: string, args: Record<string, unknown>) {
  // As above.
  const result = await client.callTool({ name, arguments: args }) as CallToolResult;
  assert.ok(result.isError, `${name} ${JSON.stringify(args)} was expected to fail: ${textOf(result)}`);
  return result;
}

function textOf(result: CallToolResult) {
  return result.content.map(part => part.type === 'text' ? part.text : `(${part.type})`).join('\n');
}

function post(server: HttpServer, message: Record<string, unknown>, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  return fetch(server.url, { method: 'POST', headers: { ...ACCEPT, ...headers }, body });
}

async function assertRefused(response: Response, status: number, code: number) {
  const body = await response.json() as { jsonrpc: string; id: null; error: { code: number; message: string } };
  assert.deepEqual([response.status, body.jsonrpc, body.id, body.error.code], [status, '2.0', null, code], body.error.message);
}

function hasCode(code: number) {
  return (error: unknown) => error instanceof McpError && error.code === code;
}

/** Lets a test wait for what a handler receives. */
function queue<T>() {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    push(item: T) {
      const resolve = waiting.shift();
      if (resolve) resolve(item);
      else items.push(item);
    },
    next: () => items.length > 0 ? Promise.resolve(items.shift() as T) : new Promise<T>(resolve => waiting.push(resolve)),
  };
}
