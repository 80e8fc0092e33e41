/** From which address, by which scheme and to which port a request came. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressSet } from '#src/gateway/runtime/decision/address.js';
import type { Placement } from '#src/gateway/runtime/tables/placement.js';
import { askedOf, gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const CONFIG = gatewayConfig({
  gateway: { url: 'https://mcp.acme.com', trustedProxies: ['173.245.48.0/20'], sessionKeys: [{ secret: 'K' }] },
  targets: { fly: { region: 'ord', app: 'acme' } },
});
const trusted = addressSet(['172.16.0.0/12', '173.245.48.0/20']);
const asked = (headers: Readonly<Record<string, string>>, peer = '172.16.3.4', placement: Placement = 'fly') =>
  askedOf(tablesOf(CONFIG, placement), { peer, trusted, headers: { host: 'mcp.acme.com', ...headers } });

describe('field-09c the client of an app on Fly', () => {
  const APP = '66.241.124.9';
  test('is named in a header of its own: the last address of X-Forwarded-For is the app’s', () => {
    const headers = { 'fly-client-ip': '203.0.113.7', 'x-forwarded-for': `203.0.113.7, ${APP}` };
    assert.equal(asked(headers).address, '203.0.113.7');
    assert.equal(asked({ 'fly-client-ip': '2001:db8::7', 'x-forwarded-for': `2001:db8::7, ${APP}` }).address, '2001:db8::7');
  });

  test('what it writes itself changes nothing', () => {
    assert.equal(asked({ 'fly-client-ip': '203.0.113.7', 'x-forwarded-for': `10.0.0.1, 198.51.100.1, 203.0.113.7, ${APP}` }).address, '203.0.113.7');
  });

  test('is one further where a trusted proxy stands before Fly', () => {
    const headers = { 'fly-client-ip': '173.245.48.5', 'x-forwarded-for': `10.9.9.9, 203.0.113.7, 173.245.48.5, ${APP}` };
    assert.equal(asked(headers).address, '203.0.113.7');
  });

  test('is not named by anybody else, or elsewhere', () => {
    const headers = { 'fly-client-ip': '203.0.113.7' };
    assert.equal(asked(headers, '198.51.100.1').address, '198.51.100.1');
    assert.equal(asked({ ...headers, 'x-forwarded-for': '203.0.113.9' }, '172.16.3.4', 'kubernetes').address, '203.0.113.9');
    assert.equal(asked({ 'fly-client-ip': 'nonsense', 'x-forwarded-for': '203.0.113.9' }).address, '203.0.113.9');
  });
});

describe('field-28 scheme and port', () => {
  const way = (headers: Readonly<Record<string, string>>, peer?: string): string => {
    const { scheme, port } = asked(headers, peer);
    return `${scheme} ${port}`;
  };
  test('a trusted hop’s word, then the config’s of the public name, then the request’s', () => {
    assert.equal(way({ 'x-forwarded-proto': 'http', 'x-forwarded-port': '8080' }), 'http 8080');
    assert.equal(way({ 'x-forwarded-proto': 'HTTPS' }), 'https 443');
    assert.equal(way({ 'x-forwarded-proto': 'gopher', 'x-forwarded-port': '1; x' }), 'https 443');
    assert.equal(way({ 'x-forwarded-proto': 'http', 'x-forwarded-port': '8080' }, '198.51.100.1'), 'https 443');
    assert.equal(way({ host: 'other.example:9000' }, '198.51.100.1'), 'http 9000');
    assert.equal(way({ host: 'other.example' }, '198.51.100.1'), 'http 80');
  });
});
