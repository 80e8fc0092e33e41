import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { before, describe, it, after } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connect, textOf } from '../support/client.js';
import { DevRun } from '../support/dev.js';
import { folder, installHere, ROOT } from '../support/folder.js';
import { until } from '../support/http.js';

/** The repository's own config, run from a copy so that nothing is written here. */
describe('mcpgen dev with the three demo servers', () => {
  const hooks: (() => unknown)[] = [];
  const suite = { after: (hook?: unknown) => void hooks.push(hook as () => unknown) };
  let cwd: string;
  let dev: DevRun;

  before(async () => {
    cwd = folder(suite, { 'mcp.config.ts': readFileSync(join(ROOT, 'mcp.config.ts'), 'utf8') });
    installHere(cwd);
    symlinkSync(join(ROOT, 'examples'), join(cwd, 'examples'));
    dev = await DevRun.start(suite, cwd);
  });
  after(async () => {
    for (const hook of hooks.reverse()) await hook();
  });

  it('search: initialize, list, call, spread over both instances', async (t) => {
    const { client } = await connect(t, dev.url('search'), dev.key('search'));
    assert.equal(client.getServerVersion()?.name, 'search');
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), ['read', 'search', 'whoami']);
    const found = await client.callTool({ name: 'search', arguments: { query: 'reverse proxy', limit: 3 } });
    assert.match(textOf(found), /proxy/i);
    assert.ok(Object.values(found.structuredContent ?? {}).some((value) => Array.isArray(value) && value.length > 0));
    const { resources } = await client.listResources();
    assert.ok(resources.length >= 20);
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) seen.add(JSON.stringify((await client.callTool({ name: 'whoami' })).structuredContent));
    assert.equal(seen.size, 2, 'round robin reaches both instances');
  });

  it('notes: a session with progress, notifications, elicitation and sampling in the middle of a call', async (t) => {
    const own = new Client({ name: 'test', version: '1.0.0' }, { capabilities: { elicitation: {}, sampling: {} } });
    own.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { answer: 'forty-two' } }));
    own.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'deeply' } }));
    const { client } = await connect(t, dev.url('notes'), dev.key('notes'), own);
    const changed = new Promise<void>((resolve) => client.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve()));
    await until('a notification of the changed list', async () => {
      await client.callTool({ name: 'add_note', arguments: { text: 'hello' } });
      return Promise.race([changed.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
    });
    const progress: number[] = [];
    await client.callTool({ name: 'count_slowly', arguments: { to: 4, delayMs: 5 } }, undefined, { onprogress: ({ progress: p }) => void progress.push(p) });
    assert.deepEqual(progress, [1, 2, 3, 4]);
    assert.match(textOf(await client.callTool({ name: 'ask', arguments: { question: '?' } })), /forty-two/);
    assert.match(textOf(await client.callTool({ name: 'think', arguments: { question: '?' } })), /deeply/);
  });

  it('notes: a cancelled call stops at the server', async (t) => {
    const { client } = await connect(t, dev.url('notes'), dev.key('notes'));
    const stopped = new Promise<{ reached: number }>((resolve) =>
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => resolve(params.data as { reached: number })),
    );
    const cancel = new AbortController();
    const call = client.callTool({ name: 'count_slowly', arguments: { to: 10_000, delayMs: 5 } }, undefined, {
      signal: cancel.signal,
      onprogress: ({ progress }) => {
        if (progress === 3) cancel.abort('enough');
      },
    });
    await assert.rejects(call, /enough/);
    assert.ok((await stopped).reached < 10_000);
  });

  it('notes: the sealed session ends with DELETE, and only its owner may use it', async (t) => {
    const { client, transport } = await connect(t, dev.url('notes'), dev.key('notes'));
    await client.callTool({ name: 'add_note', arguments: { text: 'mine' } });
    const id = transport.sessionId ?? '';
    assert.match(id, /^[A-Za-z0-9_-]{40,}$/);
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    assert.equal((await post(dev.url('notes'), dev.key('notes'), list, id)).status, 200);
    assert.equal((await post(dev.url('notes'), dev.key('notes'), list, `${id.slice(0, -2)}AA`)).status, 404);
    await transport.terminateSession();
    assert.equal((await post(dev.url('notes'), dev.key('notes'), list, id)).status, 404);
  });

  it('notes: a broken stream is resumed with Last-Event-ID', async (t) => {
    const { transport, client } = await connect(t, dev.url('notes'), dev.key('notes'));
    const headers = { ...headersFor(dev.key('notes')), 'mcp-session-id': transport.sessionId ?? '' };
    const params = { name: 'count_slowly', arguments: { to: 40, delayMs: 10 }, _meta: { progressToken: 'p' } };
    const call = { jsonrpc: '2.0', id: 'resume-me', method: 'tools/call', params };
    const first = await fetch(dev.url('notes'), { method: 'POST', headers, body: JSON.stringify(call) });
    const lastId = await cutAfterEvents(first, 3);
    const resumed = await fetch(dev.url('notes'), { headers: { ...headers, accept: 'text/event-stream', 'last-event-id': lastId } });
    assert.equal(resumed.status, 200);
    assert.match(await readUntil(resumed, '"id":"resume-me"'), /"reached":40/);
    await client.close();
  });

  it('files: a stdio server in process', async (t) => {
    const { client } = await connect(t, dev.url('files'), dev.key('files'));
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'read_file'));
    const listed = await client.callTool({ name: 'list_files', arguments: {} });
    assert.ok(textOf(listed).length > 0);
    const outside = await client.callTool({ name: 'read_file', arguments: { path: '../files.js' } });
    assert.equal(outside.isError, true);
  });

  it('a tenant is added while another one’s stream stays open', async (t) => {
    const { client, transport } = await connect(t, dev.url('notes'), dev.key('notes'));
    const before = transport.sessionId;
    const headers = { ...headersFor(dev.key('notes')), 'mcp-session-id': await secondSession(dev), accept: 'text/event-stream' };
    const stream = openStream(dev.url('search').port, '/mcp/notes', headers);
    const [response] = (await once(stream, 'response')) as [import('node:http').IncomingMessage];
    assert.equal(response.statusCode, 200);
    let ended = false;
    response.on('end', () => void (ended = true)).on('close', () => void (ended = true)).resume();

    const config = readFileSync(join(cwd, 'mcp.config.ts'), 'utf8');
    const added = config
      .replace("partner: { keys:", "newcomer: { keys: [secret('NEWCOMER_API_KEY')] },\n      partner: { keys:")
      .replace('  tenants: {', "  tenants: {\n    newcomer: { match: { client: 'newcomer' }, servers: ['search'] },");
    writeFileSync(join(cwd, 'mcp.config.ts'), added);
    await dev.says('rebuilt; sessions and streams stay');
    assert.equal(ended, false, 'the open stream was cut');
    await client.callTool({ name: 'list_notes', arguments: {} });
    assert.equal(transport.sessionId, before);
    stream.destroy();
  });

  it('a broken config keeps the last good gateway', async (t) => {
    const config = readFileSync(join(cwd, 'mcp.config.ts'), 'utf8');
    writeFileSync(join(cwd, 'mcp.config.ts'), config.replace("kind: 'stdio'", "kind: 'stdoi'"));
    await dev.says('still running what was built last');
    assert.match(dev.text, /did you mean "stdio"/);
    const { client } = await connect(t, dev.url('files'), dev.key('files'));
    await client.listTools();
    writeFileSync(join(cwd, 'mcp.config.ts'), config);
    await dev.says('rebuilt; sessions and streams stay', 2);
  });

  it('the gateway is restarted in the middle of a session, and the session goes on', async (t) => {
    const { client, transport } = await connect(t, dev.url('notes'), dev.key('notes'));
    await client.callTool({ name: 'add_note', arguments: { text: 'survives' } });
    const before = transport.sessionId;
    const restarts = dev.text.split('starting it again').length - 1;
    process.kill(gatewayPid(cwd), 'SIGKILL');
    await dev.says('starting it again', restarts + 1);
    await until('the gateway to be ready again', async () => fetch(new URL('/health/ready', dev.url('notes'))).then(({ ok }) => ok, () => false), 15_000);
    const listed = await client.callTool({ name: 'list_notes', arguments: {} });
    assert.match(JSON.stringify(listed.structuredContent), /survives/);
    assert.equal(transport.sessionId, before);
  });

  it('Ctrl-C stops everything it started', async () => {
    const children = childrenOf(cwd);
    assert.ok(children.length >= 4);
    assert.equal(await dev.stop(), 0);
    assert.deepEqual(children.filter(isAlive), []);
  });
});

function headersFor(key: string): Record<string, string> {
  return {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  };
}

function post(url: URL, key: string, body: unknown, session: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...headersFor(key), 'mcp-session-id': session }, body: JSON.stringify(body) });
}

async function secondSession(dev: DevRun): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const headers = headersFor(dev.key('notes'));
  const answer = await fetch(dev.url('notes'), { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) });
  await answer.text();
  const session = answer.headers.get('mcp-session-id') ?? '';
  await (await post(dev.url('notes'), dev.key('notes'), { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).text();
  return session;
}

function openStream(port: string, path: string, headers: Record<string, string>) {
  return request({ host: '127.0.0.1', port, path, headers, agent: false }).end();
}

async function cutAfterEvents(response: Response, count: number): Promise<string> {
  let text = '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  while ((text.match(/^id: /gm) ?? []).length < count) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  return /^id: (.*)$/m.exec(text)?.[1] ?? '';
}

async function readUntil(response: Response, what: string): Promise<string> {
  let text = '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  while (!text.includes(what) || !text.endsWith('\n\n')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  return text;
}

/** Children of the `dev` that runs in this folder: found by their working directory, which is the test's own. */
function childrenOf(cwd: string): number[] {
  return pids().filter((pid) => pid !== process.pid && cwdOf(pid) === cwd && !cmdlineOf(pid).includes('cli/bin.js'));
}

function gatewayPid(cwd: string): number {
  return childrenOf(cwd).find((pid) => cmdlineOf(pid).includes('gateway/main.js')) ?? 0;
}

const pids = (): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
const cmdlineOf = (pid: number): string => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
const cwdOf = (pid: number): string => attempt(() => readlinkSync(`/proc/${pid}/cwd`));
const isAlive = (pid: number): boolean => cwdOf(pid) !== '';

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
