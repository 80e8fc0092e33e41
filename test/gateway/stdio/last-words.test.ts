import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadChildren } from '#src/gateway/runtime/stdio/instance.js';
import { until } from '../../support/http.js';
import { CHILDREN, INITIALIZE, json, JSON_ONLY, messages, open, request, send, start, type Json } from './support.js';

test('field-16a what a child last said on stderr comes with its end: bounded, without controls, without its secrets', async () => {
  const { upstream, logs } = start({ env: { TOKEN: 'hunter2-hunter2' }, child: { env: [['TOKEN', { secret: 'TOKEN' }]] } });
  for (const bytes of [0, 100_000]) {
    const session = await open(upstream);
    await send(upstream, { session, body: request('lament', { bytes }), headers: JSON_ONLY });
    await until('its end is known', () => logs.filter(({ event }) => event === 'child-exited').length === (bytes === 0 ? 1 : 2));
    const line = logs.findLast(({ event }) => event === 'child-exited');
    assert.equal(line?.level, 'warn');
    assert.match(line.fields['stderr'], /Traceback: \\u001b\[31mno such table\\u001b\[0m \\u009b of \[TOKEN\]$/);
    assert.ok(line.fields['stderr'].length <= 4096);
  }
  assert.ok(!JSON.stringify(logs).includes('hunter2'));
});

test('field-16a a child that was to end says nothing', async () => {
  const { upstream, logs } = start();
  await send(upstream, { method: 'DELETE', session: await open(upstream) });
  await until('its end is known', () => logs.some(({ event }) => event === 'child-exited'));
  const line = logs.find(({ event }) => event === 'child-exited');
  assert.deepEqual([line?.level, line?.fields['stderr']], ['info', undefined]);
});

test('field-16b a child that does not answer initialize is ended, and both the client and the log are told', async () => {
  for (const sharing of ['session', 'shared'] as const) {
    const command = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
    const { upstream, logs } = start({ child: { command, sharing }, timeouts: { firstByte: 300, response: 1000 } });
    const response = await send(upstream, { body: INITIALIZE });
    assert.equal(response.status, 504);
    assert.match((await json(response))['error'].message, /no answer to initialize within timeouts\.firstByte \(0\.3 s\)/);
    const killed = logs.find(({ event }) => event === 'child-killed');
    assert.match(killed?.fields['reason'], /no answer to initialize within timeouts\.firstByte/);
    assert.equal(await upstream.isWell(), false);
  }
});

test('field-16c whether a command can be started is known: before anybody asks, after it failed, and once it runs', async () => {
  const missing = start({ child: { command: ['no-such-command-here'] } }).upstream;
  assert.equal(await missing.isWell(), false);
  const folder = start({ child: { cwd: '/no/such/folder' } }).upstream;
  assert.equal(await folder.isWell(), false);
  const crashing = start({ flags: ['crash'] }).upstream;
  assert.equal(await crashing.isWell(), null, 'nothing is known against it');
  assert.equal(await crashing.rehearse(), false);
  assert.equal(await crashing.isWell(), false);
  const { upstream, pids } = start();
  assert.equal(await upstream.rehearse(), true);
  assert.deepEqual([upstream.status().processes, pids().length], [0, 1], 'what was tried has ended');
  const session = await open(upstream);
  await messages((await send(upstream, { session, body: request('exit') })).body);
  assert.equal(await upstream.isWell(), true, 'what a caller does to a child says nothing of the command');
});

test('field-16c a modern child is tried with server/discover', async () => {
  const { upstream } = start({ script: 'modern.mjs', child: { modern: true } });
  assert.equal(await upstream.rehearse(), true);
});

test('field-16d every line about children names their server', async () => {
  const logs: Json[] = [];
  const log = (level: string, event: string, fields: Json = {}): void => void logs.push({ level, event, ...fields });
  const make = await loadChildren({ stdioLegacy: () => import('#src/gateway/runtime/stdio/legacy.js') });
  const child = {
    modern: false, command: [process.execPath, `${CHILDREN}/server.mjs`, 'crash'], cwd: null, env: [], sharing: 'session', processes: 1, memory: 2 ** 30,
    line: 2 ** 20, idle: 600_000,
  } as const;
  const { upstream, probe } = make('files', child, { env: {}, log, keepAlive: 60_000, timeouts: { firstByte: 60_000, response: 60_000 } }).make();
  const { status } = await upstream.send({ method: 'POST', headers: {}, body: Buffer.from(JSON.stringify(INITIALIZE)), signal: new AbortController().signal });
  assert.equal(status, 502);
  assert.equal(await probe?.look(1000), false, 'it is down');
  await upstream.close();
  const lines = logs.filter(({ event }) => `${event}`.startsWith('child-'));
  assert.ok(lines.length >= 2);
  assert.ok(lines.every(({ server }) => server === 'files'));
});

const LINUX = { skip: process.platform !== 'linux' && 'needs /proc' };
test('field-25b where memory runs out the kernel ends a child, not the process that serves all', LINUX, async () => {
  const { upstream, pids } = start();
  await open(upstream);
  assert.equal(readFileSync(`/proc/${pids()[0]}/oom_score_adj`, 'utf8').trim(), '1000');
});
