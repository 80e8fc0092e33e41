import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../../support/http.js';
import { call, CHILDREN, INITIALIZE, isAlive, json, JSON_ONLY, open, request, send, start } from './support.js';

test('a command that cannot be started is a clear refusal', async () => {
  const { upstream, logs } = start({ child: { command: ['no-such-command-here'] } });
  await assert.rejects(send(upstream, { body: INITIALIZE }), { stage: 'refused' });
  await until('it is logged', () => logs.some(({ event }) => event === 'child-not-started'));
  const [line] = logs;
  assert.equal(line?.level, 'error');
  assert.match(line?.fields['error'], /no-such-command-here ENOENT/);
  assert.equal(upstream.status().processes, 0);
  const folder = start({ child: { command: [process.execPath], cwd: '/no/such/folder' } });
  await assert.rejects(send(folder.upstream, { body: INITIALIZE }), { stage: 'refused' });
});

test('what cannot be executed at all is refused too', async () => {
  const { upstream, logs } = start({ child: { command: [process.execPath, 'a\0b'] } });
  await assert.rejects(send(upstream, { body: INITIALIZE }), { stage: 'refused' });
  assert.equal(logs[0]?.event, 'child-not-started');
});

test('a child sees four variables of ours and its own', async () => {
  process.env['MCPGEN_TEST_SECRET'] = 'not for children';
  const { upstream } = start({ env: { TOKEN: 't', HOME: '/elsewhere' }, child: { cwd: CHILDREN } });
  const { result } = await call(upstream, await open(upstream), 'env');
  delete process.env['MCPGEN_TEST_SECRET'];
  const expected = ['HOME', 'LANG', 'PATH', 'TMPDIR', 'TOKEN'].filter((name) => name === 'TOKEN' || process.env[name] !== undefined);
  // macOS adds one of its own.
  assert.deepEqual(Object.keys(result.env).filter((name) => !name.startsWith('__')).sort(), expected);
  assert.equal(result.env.HOME, '/elsewhere');
  assert.equal(result.cwd, CHILDREN);
});

test('no shell reads the arguments', async () => {
  const { upstream } = start({ flags: ['$(exit 1)', '; exit 1', '*'] });
  await open(upstream);
});

test('output that is no message is logged and skipped', async () => {
  const { upstream, logs } = start();
  const session = await open(upstream);
  assert.deepEqual((await call(upstream, session, 'garbage'))['result'], {});
  const noise = logs.filter(({ event }) => event === 'child-output').map(({ level, fields }) => [level, fields['text']]);
  assert.deepEqual(noise, [['debug', 'starting up'], ['debug', '[INFO] {not json'], ['debug', '{"jsonrpc":"2.0"}']]);
});

test('stderr is logged, in bounded amounts', async () => {
  const { upstream, logs } = start();
  const session = await open(upstream);
  await call(upstream, session, 'complain', { lines: 100_000 });
  await call(upstream, session, 'echo');
  await until('it is logged', () => logs.some(({ fields }) => fields['text'] === 'oh no'));
  assert.ok(logs.length < 200, `${logs.length} lines`);
});

test('a child that does not read cannot fill our memory', async () => {
  const { upstream } = start({ child: { line: 100_000 } });
  const session = await open(upstream);
  await call(upstream, session, 'deaf');
  const body = { jsonrpc: '2.0', method: 'notifications/x', params: { padding: 'x'.repeat(50_000) } };
  const sent = async (): Promise<number> => {
    for (let n = 0; n < 1000; n += 1) await send(upstream, { session, body });
    return 1000;
  };
  await assert.rejects(sent(), { stage: 'full' });
});

test('a child that takes too much memory is killed', { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
  const { upstream, logs } = start({ child: { memory: 150 * 2 ** 20 } });
  const session = await open(upstream);
  await call(upstream, session, 'allocate', { bytes: 200 * 2 ** 20 });
  await until('it is killed', () => logs.some(({ event, fields }) => event === 'child-killed' && fields['reason'] === 'too much memory'));
  await until('it is gone', () => upstream.status().processes === 0);
});

test('a child that ignores stdin and SIGTERM is killed in the end', async () => {
  const { upstream, logs, pids } = start({ flags: ['stubborn'] });
  const session = await open(upstream);
  await send(upstream, { method: 'DELETE', session });
  assert.ok(pids().every(isAlive));
  await until('it is gone', () => upstream.status().processes === 0);
  assert.equal(logs.find(({ event }) => event === 'child-exited')?.fields['signal'], 'SIGKILL');
});

test('what a child has started ends with it, even when it holds the pipes', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const { result } = await call(upstream, session, 'grandchild', { stubborn: true });
  assert.ok(isAlive(result.pid));
  const plain = send(upstream, { session, body: request('exit'), headers: JSON_ONLY });
  assert.equal((await json(await plain))['error'].code, -32603);
  await until('the grandchild is gone', () => !isAlive(result.pid));
});

test('children do not outlive the process', async () => {
  const script = `
    import { serveLegacy } from '#src/gateway/runtime/stdio/legacy.js';
    import { createStdioUpstream } from '#src/gateway/runtime/stdio/upstream.js';
    const child = { command: [process.execPath, ${JSON.stringify(path.join(CHILDREN, 'server.mjs'))}, 'stubborn'], cwd: null, env: [],
      modern: false, sharing: 'session', processes: 1, memory: 2 ** 30, line: 1e6, idle: 1e6 };
    const log = (_, event, { pid }) => event === 'child-started' && console.log(pid);
    const upstream = createStdioUpstream({ child, env: {}, keepAlive: 1e4, log }, { serveLegacy });
    const body = Buffer.from(${JSON.stringify(JSON.stringify(INITIALIZE))});
    await upstream.send({ method: 'POST', headers: {}, body, signal: new AbortController().signal });
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const pid = Number(stdout);
  assert.ok(pid > 0, stdout);
  await until('the child is gone', () => !isAlive(pid));
});
