import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerOwnedTwice as rule } from '#src/policy/rules/access/header-owned-twice.js';
import { existing } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (set: Readonly<Record<string, string>>) =>
  planOf({ servers: { search: { ...existing('https://search.acme.test/mcp'), transform: { response: { set } } } } });

test('a header of security that a server is given as well is found', () => {
  for (const name of ['X-Content-Type-Options', 'Referrer-Policy', 'X-Frame-Options']) {
    assert.deepEqual(found(rule, plan({ [name]: 'x' })), ['warn servers.search.transform.response.set'], name);
  }
});

test('other headers are the server’s', () => {
  assert.deepEqual(found(rule, plan({ 'X-Served-By': 'search' })), []);
});
