/** Hostile requests by the hundred: each gets the refusal that is documented, none reaches a server, and no answer and no line of the log holds a secret. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ask } from '../../support/http.js';
import { judgeAll } from './judge.js';
import { honest, startStand, type Stand } from './stand.js';
import { HOSTILE } from './tables.js';

let stand: Stand;
before(async () => {
  stand = await startStand();
});

test('honest requests of the same callers reach a server', async () => {
  for (const asked of honest(stand)) {
    const before = stand.reached();
    const { status, text } = await ask(stand.gateway.port, asked);
    const { error } = (text.startsWith('{') ? JSON.parse(text) : {}) as { error?: unknown };
    assert.deepEqual([status, error], [200, undefined], `${JSON.stringify(asked.message)} ${asked.path}: ${text}`);
    assert.ok(stand.reached() > before, `${JSON.stringify(asked.message)} ${asked.path}`);
  }
  reached = stand.reached();
});

let judged = 0;
let reached = 0;
for (const [title, table] of Object.entries(HOSTILE)) {
  describe(title, () => {
    test('each is refused as documented, and none reaches a server', async () => {
      const rows = table(stand);
      judged += rows.length;
      assert.deepEqual(await judgeAll(stand, rows), []);
    });
  });
}

test('and after all that', async (t) => {
  t.diagnostic(`${judged} requests`);
  assert.ok(judged >= 300, `${judged}`);
  assert.equal(stand.reached(), reached, 'nothing came later');
  for (const asked of honest(stand)) assert.equal((await ask(stand.gateway.port, asked)).status, 200);
  assert.ok(stand.reached() >= reached + honest(stand).length);
  assert.equal(stand.gateway.stderr(), '');
  assert.deepEqual(stand.gateway.logs.filter(({ level }) => level === 'error'), []);
});
