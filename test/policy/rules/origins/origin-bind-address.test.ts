import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originBindAddress as rule } from '#src/policy/rules/origins/origin-bind-address.js';
import { exact, findingsOf, found, localPlanOf, origin, rejected, withOrigins } from '../../support.js';

const loopback = origin('dev', { kind: 'loopback', scheme: 'http' }, 'http://localhost:*');

test('a bind address is found', () => {
  assert.deepEqual(found(rule, withOrigins(origin('bind', rejected('http://0.0.0.0:3000', 'bind-address')))), ['error origins.bind']);
});

test('loopback mends it on a developer’s machine, and in production it is no fix', () => {
  const bind = origin('bind', rejected('http://0.0.0.0:*', 'bind-address', 'http://localhost:*'));
  const [local] = findingsOf(rule, localPlanOf({ traffic: { origins: [bind] } }));
  assert.deepEqual(local?.fix?.edits, [{ at: 'origins.bind', text: "'http://localhost:*'" }]);
  const [production] = findingsOf(rule, withOrigins(bind));
  assert.deepEqual([production?.help, production?.fix], ['name the host that the page’s address bar shows', null]);
});

test('loopback is found in production, however it is spelled', () => {
  for (const one of ['http://localhost:3000', 'http://127.0.0.1', 'http://127.1.2.3:80', 'http://[::1]:8080', 'http://app.localhost']) {
    assert.deepEqual(found(rule, withOrigins(origin('dev', exact(one)))), ['error origins.dev'], one);
  }
  assert.deepEqual(found(rule, withOrigins(loopback)), ['error origins.dev']);
});

test('loopback in profile local, and hosts that only begin like it, are not', () => {
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [loopback] } })), []);
  for (const one of ['https://localhost.acme.test', 'https://127.0.0.1.nip.test', 'https://mylocalhost.test']) {
    assert.deepEqual(found(rule, withOrigins(origin('app', exact(one)))), [], one);
  }
});
