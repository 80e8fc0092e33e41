import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { McpgenError } from '#src/errors.js';
import { exclusively } from '#src/output/exclusive.js';
import { build, outcome, put, temporaryRoot, tree } from './support.js';
import { version } from './versions.js';

const OWNER = '.mcpgen.lock.pid';
const TOKEN = '0123456789abcdef';

/** Of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

const owner = (pid: number, host = hostname()): string => `${JSON.stringify({ pid, host, token: TOKEN })}\n`;

const running =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof McpgenError && error.code === 'build-running' && error.exit === 2 && message.test(error.message);

async function run(script: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

describe('one build at a time', () => {
  test('in one process', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(root);
    const inside = { now: 0, most: 0, total: 0 };
    await Promise.all(
      Array.from({ length: 8 }, () =>
        exclusively(root, 10_000, async () => {
          inside.now++;
          inside.total++;
          inside.most = Math.max(inside.most, inside.now);
          await new Promise(setImmediate);
          inside.now--;
        }),
      ),
    );
    assert.deepEqual(inside, { now: 0, most: 1, total: 8 });
    assert.deepEqual(readdirSync(root), []);
  });

  test('across processes that all find the file of a dead one', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(deadPid()));
    const log = join(root, 'log');
    await Promise.all(Array.from({ length: 4 }, (_, index) => run('./exclusive-child.js', [root, log, String(index)])));
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    assert.equal(lines.length, 4 * 10 * 2);
    for (let line = 0; line < lines.length; line += 2) assert.equal(lines[line + 1], lines[line]?.replace('enter', 'leave'));
    assert.deepEqual(readdirSync(root), ['log']);
  });

  test('two builds end as one or the other, not as a mixture', async (t) => {
    const [root, one, two] = [temporaryRoot(t), temporaryRoot(t), temporaryRoot(t)];
    await build(one, version('one'));
    await build(two, version('two'));
    await Promise.all([run('./build-child.js', [root, 'one', 'two', '7']), run('./build-child.js', [root, 'two', 'one', '7'])]);
    const ended = tree(root);
    assert.deepEqual(ended, tree('kubernetes' in ended ? one : two));
    assert.ok((await outcome(build(root, version('two')))).every((line) => !line.startsWith('conflict')));
  });

  test('waits for the one that is running', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(root);
    const order: string[] = [];
    let leave = (): void => undefined;
    const first = exclusively(root, 0, async () => {
      order.push('first in');
      await new Promise<void>((resolve) => (leave = resolve));
      order.push('first out');
    });
    while (order.length === 0) await new Promise(setImmediate);
    const second = exclusively(root, 10_000, async () => void order.push('second in'));
    leave();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first in', 'first out', 'second in']);
  });

  test('gives the folder back after a failure', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(root);
    await assert.rejects(
      exclusively(root, 0, () => Promise.reject(new Error('mine'))),
      /mine/,
    );
    assert.deepEqual(readdirSync(root), []);
  });
});

describe('the owner file', () => {
  const enter = (root: string): Promise<string> => exclusively(root, 0, async () => 'entered');

  test('of a living process is respected, and named', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(process.ppid));
    await assert.rejects(enter(root), running(new RegExp(`process ${process.ppid} on .*generated.*delete .*\\.mcpgen\\.lock\\.pid`)));
    assert.equal(readFileSync(join(root, OWNER), 'utf8'), owner(process.ppid));
  });

  test('of a dead process is taken over at once', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(deadPid()));
    assert.equal(await enter(root), 'entered');
    assert.deepEqual(readdirSync(root), []);
  });

  test('of an earlier process with our own pid is taken over: in containers pids repeat', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(process.pid));
    assert.equal(await enter(root), 'entered');
  });

  test('whose taking over was itself killed is taken over', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(deadPid()));
    put(root, `${OWNER}.${TOKEN}`, owner(deadPid()));
    assert.equal(await enter(root), 'entered');
    assert.equal(existsSync(join(root, OWNER)), false);
  });

  test('of a dead process is left to the one that is already taking it over', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(deadPid()));
    put(root, `${OWNER}.${TOKEN}`, owner(process.ppid));
    await assert.rejects(enter(root), running(/delete/));
    assert.equal(existsSync(join(root, OWNER)), true);
  });

  test('of another machine is respected while it may be alive', async (t) => {
    const root = temporaryRoot(t);
    put(root, OWNER, owner(deadPid(), 'elsewhere'));
    await assert.rejects(enter(root), running(/on elsewhere/));
    const old = Date.now() / 1000 - 3600;
    utimesSync(join(root, OWNER), old, old);
    assert.equal(await enter(root), 'entered');
  });

  test('is kept fresh while the build runs', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const root = temporaryRoot(t);
    mkdirSync(root);
    await exclusively(root, 0, async () => {
      utimesSync(join(root, OWNER), 1, 1);
      t.mock.timers.tick(2_000);
      assert.ok(Date.now() - statSync(join(root, OWNER)).mtimeMs < 5_000);
    });
  });

  test('that is a dangling link does not hang', async (t) => {
    const root = temporaryRoot(t);
    mkdirSync(root);
    symlinkSync('nowhere', join(root, OWNER));
    await assert.rejects(enter(root), running(/delete/));
  });
});

// Side by side: each waits out the moment.
describe('an unreadable owner file', { concurrency: true }, () => {
  for (const [name, contents] of [
    ['empty: killed before it was filled', ''],
    ['without a pid', '{}'],
    ['with a process group for a pid', `{"pid":-1,"host":"${hostname()}","token":"${TOKEN}"}`],
    ['with a path for a token', `{"pid":1,"host":"${hostname()}","token":"../../x"}`],
  ] as const) {
    test(`${name}: respected for a moment only`, async (t) => {
      const root = temporaryRoot(t);
      mkdirSync(root);
      writeFileSync(join(root, OWNER), contents);
      await assert.rejects(
        exclusively(root, 0, async () => 'entered'),
        running(/another mcpgen build is writing/),
      );
      assert.equal(await exclusively(root, 10_000, async () => 'entered'), 'entered');
    });
  }
});
