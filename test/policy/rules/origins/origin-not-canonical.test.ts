import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originNotCanonical as rule } from '#src/policy/rules/origins/origin-not-canonical.js';
import { exact, findingsOf, found, origin, rejected, subdomains, withOrigins } from '../../support.js';

test('a refused spelling is an error that gives the right one', () => {
  const [finding] = findingsOf(rule, withOrigins(origin('app', rejected('https://app.test/x', 'not-canonical', 'https://app.test'))));
  assert.equal(finding?.severity, 'error');
  assert.equal(finding?.help, 'write "https://app.test"');
  assert.deepEqual(finding?.fix, { title: 'write "https://app.test"', edits: [{ at: 'origins.app', text: "'https://app.test'" }] });
});

test('without a better spelling, the help says what an origin is', () => {
  const [finding] = findingsOf(rule, withOrigins(origin('app', rejected('ftp://', 'not-canonical'))));
  assert.match(finding?.help ?? '', /scheme, host and port alone/);
  assert.equal(finding?.fix, null);
});

test('a spelling that was put right is information', () => {
  assert.deepEqual(found(rule, withOrigins(origin('app', exact('https://app.test'), 'https://App.test:443'))), ['info origins.app']);
  assert.deepEqual(found(rule, withOrigins(origin('app', subdomains('app.test'), 'https://*.APP.test'))), ['info origins.app']);
  assert.deepEqual(found(rule, withOrigins(origin('here', { kind: 'loopback', scheme: 'http' }, 'http://127.0.0.1:*'))), [
    'info origins.here',
  ]);
});

test('the fix of a spelling that was put right writes what is matched anyway', () => {
  const [finding] = findingsOf(rule, withOrigins(origin('app', subdomains('app.test'), 'https://*.APP.test')));
  assert.deepEqual(finding?.fix?.edits, [{ at: 'origins.app', text: "'https://*.app.test'" }]);
});

test('canonical spellings and presets are not', () => {
  const origins = [
    origin('a', exact('https://a.test:8443')),
    origin('b', subdomains('b.test')),
    origin('c', { kind: 'loopback', scheme: 'http' }, 'http://localhost:*'),
    origin('d', { kind: 'any-https' }, 'any-https'),
  ];
  assert.deepEqual(found(rule, withOrigins(...origins)), []);
});
