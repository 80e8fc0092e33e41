/** Values that nobody should have chosen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weaknessOf } from '#src/diagnostics/weak-secret.js';

test('what is weak, and what is not', () => {
  const defaults = ['admin', 'changeme', 'change-me-please', '<your key>', 'your-api-key-goes-here', 'secret', 'password123456789', '${KEY}', 'api-key-1'];
  const delivered = ['postgres', 'minioadmin', 'grafana1', '123456', '0123'];
  const rows = ['aaaaaaaaaaaaaaaaaaaaaaaaa', 'abcdefghijklmnopqrstuvwxyz', '12345678901234567890', 'abcabcabcabcabcabcabc', 'short'];
  for (const weak of [...defaults, ...delivered, ...rows]) {
    assert.notEqual(weaknessOf(weak, 16), null, weak);
  }
  const drawn = ['kX9-v2Lq_Trm8WzP4nBd7', '9f86d081884c7d659a2feaa0c55ad015', 'correct horse battery staple'];
  for (const good of drawn) assert.equal(weaknessOf(good, 16), null, good);
  assert.equal(weaknessOf('x7', 1), null, 'a short token of somebody else');
});

test('what everybody tries first is weak however short a secret may be', () => {
  for (const weak of ['admin', 'Password1', 'postgres', '123456', '<your-key>']) assert.notEqual(weaknessOf(weak, 0), null, weak);
  for (const fine of ['x', 'aaaa', 'info']) assert.equal(weaknessOf(fine, 0), null, fine);
});
