/** Hostile requests by the hundred, against one gateway: each gets the refusal that is documented, none reaches a server, and no answer and no log holds a secret. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ask } from '../../support/http.js';
import { addresses } from './addresses.js';
import { bodies } from './bodies.js';
import { credentials } from './credentials.js';
import { framing } from './framing.js';
import { hosts } from './hosts.js';
import { identities } from './identities.js';
import { items } from './items.js';
import { judgeAll } from './judge.js';
import { operators } from './operators.js';
import { origins } from './origins.js';
import { overlong } from './overlong.js';
import { paths } from './paths.js';
import type { Row } from './rows.js';
import { sessions } from './sessions.js';
import { honest, startStand, type Stand } from './stand.js';
import { strangers, tokens } from './tokens.js';

const TABLES: Readonly<Record<string, (stand: Stand) => readonly Row[]>> = {
  'hosts and targets': () => hosts,
  'origins': () => origins,
  'identities and tenants': identities,
  'credentials': credentials,
  'tokens': tokens,
  'sessions': sessions,
  'paths and methods': () => paths,
  'bodies': () => bodies,
  'items': items,
  'framing': () => framing,
  'addresses': () => addresses,
  'the admin listener': operators,
  'overlong': () => overlong,
  'tokens of keys that nobody has': strangers,
};

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
for (const [title, table] of Object.entries(TABLES)) {
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
