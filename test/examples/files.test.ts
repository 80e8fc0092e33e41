/** The demo server `files` as a user meets it: a real process, driven by the official SDK client. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { attach, call, cleanups, failing, failingStart, fileServer, hasCode, queue, SERVERS, textOf } from './support.js';

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
