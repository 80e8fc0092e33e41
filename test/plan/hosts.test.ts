/** Which host names are accepted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;
const gateway = (gateway: Json): Json => least({ gateway: { sessionKeys: [{ secret: 'SEAL' }], ...gateway } });

test('accepted hosts: the URL’s, further ones, and those of tenants', () => {
  assert.deepEqual(trafficOf(FULL).hosts, [
    { name: 'mcp.acme.com', tenant: null, from: 'gateway.hosts' },
    { name: 'partner.acme.com', tenant: 'partner', from: 'tenants.partner.match' },
    { name: 'tools.acme.com', tenant: null, from: 'gateway.hosts' },
  ]);
  const any = trafficOf(gateway({ url: 'https://mcp.acme.com', hosts: 'any' }));
  assert.deepEqual([any.anyHost, any.hosts.map(({ name }) => name)], [true, ['mcp.acme.com']]);
  assert.equal(trafficOf(FULL).anyHost, false);
});
