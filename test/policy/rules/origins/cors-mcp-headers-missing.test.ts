import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corsMcpHeadersMissing as rule } from '#src/policy/rules/origins/cors-mcp-headers-missing.js';
import { existing } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (pass: readonly string[], allowHeaders: readonly string[] = []) =>
  planOf({
    gateway: { cors: { allowHeaders } },
    servers: { search: { ...existing('https://search.acme.test/mcp'), transform: { request: { pass } } } },
  });

test('a header that a server is told of and that pages may not send is found', () => {
  assert.deepEqual(found(rule, plan(['X-User-Id'])), ['warn servers.search.transform.request.pass']);
  assert.deepEqual(found(rule, plan(['X-User-Id', 'Remote-User'], ['x-user-id'])), ['warn servers.search.transform.request.pass']);
});

test('one that is allowed in any case, and nothing at all, are not', () => {
  assert.deepEqual(found(rule, plan(['X-User-Id'], ['x-user-ID'])), []);
  assert.deepEqual(found(rule, plan([])), []);
});
