/** The rate of one client, as the environment says it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SettingError, type Env } from '#src/gateway/runtime/process/env.js';
import { withEnvironmentRate } from '#src/gateway/runtime/process/environment-rate.js';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const tables = tablesOf(gatewayConfig()).raw;

function refuses(work: () => unknown, ...words: readonly string[]): void {
  assert.throws(work, (error) => error instanceof SettingError && words.every((word) => error.message.includes(word)));
}

describe('the environment', () => {
  test('B3 the rate of a client: the environment’s where the config lets it, a minute where no window is set', () => {
    const rated = tablesOf(gatewayConfig({ gateway: { limits: { perClient: { rate: '10/h', fromEnvironment: true } } } })).raw;
    const bare = tablesOf(gatewayConfig({ gateway: { limits: { perClient: { fromEnvironment: true } } } })).raw;
    const rate = (env: Env, of = rated) => withEnvironmentRate(of, env).limits.perClient.rate;
    assert.deepEqual(rate({}), { tokens: 10, window: 3_600_000 });
    assert.deepEqual(rate({ RATE_LIMIT_REQUESTS: '100' }), { tokens: 100, window: 60_000 });
    assert.deepEqual(rate({ RATE_LIMIT_REQUESTS: '100', RATE_LIMIT_WINDOW: '5' }, bare), { tokens: 100, window: 5000 });
    assert.deepEqual(rate({ RATE_LIMIT_WINDOW: '5' }), { tokens: 10, window: 5000 });
    assert.equal(rate({ RATE_LIMIT_REQUESTS: 'nonsense' }, tables), null);
    refuses(() => rate({ RATE_LIMIT_WINDOW: '5' }, bare), 'RATE_LIMIT_WINDOW', 'RATE_LIMIT_REQUESTS');
    for (const text of ['', '0', '-1', '1.5', '1e3', ' 7', '99999999999']) {
      refuses(() => rate({ RATE_LIMIT_REQUESTS: text }), 'RATE_LIMIT_REQUESTS');
      refuses(() => rate({ RATE_LIMIT_WINDOW: text }), 'RATE_LIMIT_WINDOW');
    }
  });
});
