/** The demo server `search` as a user meets it: a real process, driven by the official SDK client. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ACCEPT, assertRefused, call, connect, failing, failingStart, hasCode, type HttpServer, post, SERVERS, start, textOf, TOO_LONG } from './support.js';

interface Hit {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly snippet: string;
  readonly score: number;
}

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
