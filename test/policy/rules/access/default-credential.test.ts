import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCredential as rule } from '#src/policy/rules/access/default-credential.js';
import { image } from '../../../support/example.js';
import { found, localPlanOf, planOf } from '../../support.js';

const url = (host: string) => planOf({ gateway: { url: `https://${host}` } });
const env = (name: string, value: string) => planOf({ servers: { search: image({ env: { [name]: value } }) } });

test('hosts of guides are found', () => {
  for (const host of ['mcp.example.com', 'your-domain.com', 'mcp.yourdomain.com', 'api.your-company.io', 'my-domain.org']) {
    assert.deepEqual(found(rule, url(host)), ['error gateway.url'], host);
  }
});

test('hosts of one’s own are not', () => {
  const own = ['mcp.acme.test', 'example.acme.io', 'my-domain-is.acme.io', 'counterexample.com', 'yours.acme.io'];
  for (const host of own) assert.deepEqual(found(rule, url(host)), [], host);
});

test('what everybody tries first is found where a variable holds a password', () => {
  const found_ = (name: string, value: string) => found(rule, env(name, value));
  for (const value of ['admin', 'changeme', '<your-key>', '123456', 'postgres', 'Password1']) {
    assert.deepEqual(found_('DB_PASSWORD', value), ['error servers.search.env.DB_PASSWORD'], value);
  }
  assert.deepEqual(found_('DATABASE_URL', 'postgres://app:postgres@db/app'), ['error servers.search.env.DATABASE_URL']);
  for (const [name, value] of [['MODE', 'default'], ['DB_USER', 'admin'], ['DATABASE_URL', 'postgres://db/app'], ['LOG_LEVEL', 'test']] as const) {
    assert.deepEqual(found_(name, value), [], name);
  }
});

test('a machine of one’s own may have any', () => {
  const server = image({ env: { DB_PASSWORD: 'admin' }, dev: { command: ['node', 'search.js'] } });
  assert.deepEqual(found(rule, localPlanOf({ servers: { search: server } })), []);
});
