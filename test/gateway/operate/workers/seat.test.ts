/** The place of a worker, whose process is played by the test. */
import assert from 'node:assert/strict';
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { describe, mock, test } from 'node:test';
import { Seat } from '#src/gateway/runtime/operate/workers/seat.js';
import type { Asked } from '#src/gateway/runtime/operate/workers/messages.js';

const ASKED: Asked = { request: { method: 'GET', target: '/config', headers: {}, hosts: 1, peer: '127.0.0.1' }, body: { text: '' } };
const ANSWER = { status: 200, type: 'application/json', body: '{}' };

class Played extends EventEmitter {
  readonly told: { readonly kind: string; readonly id?: number }[] = [];
  readonly signals: string[] = [];
  readonly process: { pid: number | undefined; kill: (signal: string) => void };
  isThere = true;

  constructor(pid: number | undefined) {
    super();
    this.process = { pid, kill: (signal) => void this.signals.push(signal) };
  }
  isConnected(): boolean {
    return this.isThere;
  }
  send(message: { readonly kind: string }): boolean {
    return this.told.push(message) > 0;
  }
  ready(): void {
    this.emit('message', { kind: 'ready' });
  }
  ends(code: number | null, signal: string | null = null): void {
    this.isThere = false;
    this.emit('exit', code, signal);
  }
}

function seated(pidOf: (n: number) => number | undefined = (n) => n) {
  const workers: Played[] = [];
  const lines: (readonly [string, Readonly<Record<string, unknown>> | undefined])[] = [];
  const codes: (number | null)[] = [];
  let ready = 0;
  const seat = new Seat({
    id: 7,
    log: (_level, event, fields) => void lines.push([event, fields]),
    fork: (id) => {
      assert.equal(id, 7);
      const worker = new Played(pidOf(workers.length + 1));
      workers.push(worker);
      return worker as unknown as Worker;
    },
    onReady: () => void ready++,
    onExit: (code) => void codes.push(code),
    onEnded: () => {},
    ended: () => [],
  });
  seat.fill();
  return { seat, workers, lines, codes, timesReady: () => ready, last: () => workers.at(-1) ?? assert.fail() };
}

describe('the seat of a worker', () => {
  test('is filled again, each time after twice as long, at most ten seconds', (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setTimeout'] });
    const { workers, lines, codes, last } = seated();
    for (const wait of [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
      const count = workers.length;
      last().ends(1);
      mock.timers.tick(wait - 1);
      assert.equal(workers.length, count);
      mock.timers.tick(1);
      assert.equal(workers.length, count + 1);
      assert.deepEqual(lines.at(-1), ['worker-exited', { worker: 7, pid: count, code: 1, signal: null, replaced_in_ms: wait }]);
    }
    assert.deepEqual(codes, Array(9).fill(1));
  });

  test('one whose process could not be started is replaced as well, and one that only could not be told is not', (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setTimeout'] });
    const { workers, lines, last } = seated((n) => (n === 1 ? undefined : n));
    last().emit('error', new Error('EAGAIN'));
    mock.timers.tick(100);
    assert.deepEqual([workers.length, lines[0]?.[1]?.['pid']], [2, null]);
    last().emit('error', new Error('EPIPE'));
    mock.timers.tick(100_000);
    assert.equal(workers.length, 2);
  });

  test('a reload that comes before it can be heard is told when it can', () => {
    const { seat, last, timesReady } = seated();
    seat.reload();
    assert.deepEqual(last().signals, []);
    last().ready();
    assert.deepEqual([last().signals, timesReady()], [['SIGHUP'], 1]);
    seat.reload();
    assert.deepEqual(last().signals, ['SIGHUP', 'SIGHUP']);
  });

  test('answers, and says null for one that is not ready, ends, or is late', async (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setTimeout'] });
    const { seat, last } = seated();
    assert.equal(await seat.ask(ASKED), null);
    last().ready();
    const [first, second] = [seat.ask(ASKED), seat.ask(ASKED)];
    const [, id] = last().told.map((message) => message.id);
    last().emit('message', { kind: 'answered', id, answer: ANSWER });
    assert.deepEqual(await second, ANSWER);
    mock.timers.tick(5000);
    assert.equal(await first, null);
    const third = seat.ask(ASKED);
    last().ends(null, 'SIGKILL');
    assert.equal(await third, null);
  });

  test('stops with its worker, and is not filled any more', async (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setTimeout'] });
    const one = seated();
    const stopped = one.seat.stop();
    assert.deepEqual(one.last().told, [{ kind: 'stop' }]);
    one.last().ends(0);
    await stopped;
    assert.deepEqual(one.lines, []);
    const other = seated();
    other.last().ends(1);
    await other.seat.stop();
    mock.timers.tick(100_000);
    assert.deepEqual([one.workers.length, other.workers.length], [1, 1]);
  });
});
