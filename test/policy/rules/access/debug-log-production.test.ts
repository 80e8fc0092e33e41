import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debugLogProduction as rule } from '#src/policy/rules/access/debug-log-production.js';
import { image } from '../../../support/example.js';
import { found, localPlanOf, planOf } from '../../support.js';

const env = (name: string, value: string) => planOf({ servers: { search: image({ env: { [name]: value } }) } });

test('level debug of the gateway and of servers is found in production', () => {
  assert.deepEqual(found(rule, planOf({ gateway: { log: { level: 'debug' } } })), ['warn gateway.log.level']);
  for (const [name, value] of [['LOG_LEVEL', 'DEBUG'], ['MCP_LOG_LEVEL', 'trace'], ['RUST_LOG', 'debug'], ['DEBUG', '1'], ['APP_VERBOSE', 'true']] as const) {
    assert.deepEqual(found(rule, env(name, value)), [`warn servers.search.env.${name}`], name);
  }
});

test('other levels, other variables, and a machine of one’s own are not', () => {
  const fine = [['LOG_LEVEL', 'info'], ['DEBUG', 'false'], ['DEBUG_PORT', '1'], ['TOPIC', 'debug']] as const;
  for (const [name, value] of fine) assert.deepEqual(found(rule, env(name, value)), [], name);
  assert.deepEqual(found(rule, localPlanOf({ gateway: { log: { level: 'debug' } } })), []);
});
