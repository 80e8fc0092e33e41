/** Whose address a request comes from, when hops in front say so. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressSet, callerKey, clientAddress, isLoopback, plainAddress } from '#src/gateway/runtime/decision/address.js';
import { randomOf } from '../../support/random.js';

describe('addressSet', () => {
  test('networks and addresses of both families', () => {
    const has = addressSet(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
    for (const address of ['10.0.0.0', '10.255.255.255', '192.0.2.7', '2001:db8::1', '2001:0db8:ffff::', '::1', '::ffff:10.1.2.3'])
      assert.ok(has(address), address);
    for (const address of [
      '11.0.0.0', '9.255.255.255', '192.0.2.8', '2001:db9::', '::2', '::ffff:11.0.0.0', '', 'localhost', '10.0.0.1, 8.8.8.8', '10.0.0.1:80',
      '010.0.0.1', '0x0a.0.0.1', '10.1',
    ]) {
      assert.ok(!has(address), address);
    }
  });
  test('an empty set has nobody', () => {
    const has = addressSet([]);
    for (const address of ['127.0.0.1', '::1', '']) assert.ok(!has(address));
  });
  test('a scoped address is judged without a fault', () => {
    assert.ok(addressSet(['fe80::/10'])('fe80::1%eth0'));
  });
});

test('IPv4 in IPv6 notation is IPv4', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  for (const same of ['192.0.2.1', '2001:db8::1', '::ffff:x', '']) assert.equal(plainAddress(same), same);
});

test('a caller is an IPv4 address or an IPv6 /64', () => {
  for (const address of ['192.0.2.1', '127.0.0.1', '']) assert.equal(callerKey(address), address);
  const same = [
    '2001:db8:1:2::', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0db8:0001:0002:0:0:0:9', '2001:db8:1:2:0:0:192.0.2.1',
    '2001:db8:1:2::192.0.2.1',
  ];
  assert.equal(new Set(same.map(callerKey)).size, 1, same.map(callerKey).join());
  const others = ['2001:db8:1:3::1', '2001:db8:1::1', '2001:db8::1:2:0:0', '::1', 'fe80::1%eth0', '2001:db8:1:2::1'];
  assert.equal(new Set(others.map(callerKey)).size, others.length, others.map(callerKey).join());
});

test('loopback', () => {
  for (const address of ['127.0.0.1', '127.255.0.3', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address), address);
  for (const address of ['128.0.0.1', '::2', '0.0.0.0', '10.0.0.1', '', '::ffff:10.0.0.1']) assert.ok(!isLoopback(address), address);
});

describe('clientAddress', () => {
  const trusted = addressSet(['10.0.0.0/8', '2001:db8::/32']);
  const CASES: readonly (readonly [string, string, string | undefined, string])[] = [
    ['an untrusted peer says nothing about itself', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['a trusted hop names its client', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['what the client wrote stands further left', '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['hops of ours are skipped', '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2,10.0.0.3', '203.0.113.9'],
    ['nothing left of a hop of ours', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['no header', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty one', '10.0.0.1', '', '10.0.0.1'],
    ['what is no address is nobody’s: the hop asks for somebody, and not for itself', '10.0.0.1', '203.0.113.9, unknown', 'unknown'],
    ['with a port it is no address', '10.0.0.1', '203.0.113.9:4711', 'unknown'],
    ['IPv6', '2001:db8::5', '2a00::1', '2a00::1'],
    ['mapped peers and clients', '::ffff:10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['spaces', '10.0.0.1', '  203.0.113.9  ', '203.0.113.9'],
  ];
  for (const [name, peer, forwarded, expected] of CASES) test(name, () => assert.equal(clientAddress(peer, forwarded, trusted), expected));

  test('no client can choose its address: whatever it writes, the one its hop appended is taken', () => {
    const { seed, pick, below } = randomOf();
    const PIECES = ['1.1.1.1', '10.0.0.7', ',', ' ', 'unknown', '::1', '2001:db8::1', '"', ';', 'for=', '\t', '127.0.0.1', '%', '999.1.1.1'];
    for (let i = 0; i < 5000; i++) {
      const written = Array.from({ length: below(8) }, () => pick(PIECES)).join('');
      assert.equal(clientAddress('10.0.0.1', `${written}, 203.0.113.9`, trusted), '203.0.113.9', `MCPGEN_SEED=${seed}: ${JSON.stringify(written)}`);
    }
  });
});
