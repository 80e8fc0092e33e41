/** Who may call which servers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;

describe('tenants', () => {
  test('one with everything where none is declared', () => {
    const about = { description: null, owner: null, labels: {} };
    assert.deepEqual(trafficOf(least()).tenants, [
      {
        name: 'default', about, implied: true, match: { clients: [], hosts: [], path: false, claims: [], lookups: [] }, servers: 'web',
        origins: null, rate: null, streams: null, sessions: null, tools: null, allow: null, forward: null, from: 'tenants',
      },
    ]);
  });

  test('as declared', () => {
    const [internal, partner] = trafficOf(FULL).tenants;
    assert.deepEqual(internal?.match, { clients: ['internal'], hosts: [], path: true, claims: [], lookups: [] });
    assert.deepEqual([internal?.servers, internal?.origins, internal?.implied], ['+all', null, false]);
    assert.deepEqual(partner, {
      name: 'partner',
      about: { description: null, owner: 'sales', labels: {} },
      implied: false,
      match: { clients: ['partner'], hosts: ['partner.acme.com'], path: false, claims: [], lookups: [] },
      servers: 'crm+web',
      origins: 'app',
      rate: { tokens: 600, window: 60_000 },
      streams: 20,
      sessions: 10,
      tools: null,
      allow: null,
      forward: null,
      from: 'tenants.partner',
    });
  });

  test('no servers are none', () => {
    assert.equal(trafficOf(least({ tenants: { a: { match: { path: true } } } })).tenants[0]?.servers, '+none');
  });
});
