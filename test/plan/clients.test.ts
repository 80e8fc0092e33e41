/** Callers that have a key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../support/planned.js';
import { FULL } from './support.js';

test('clients, their keys and what they may do', () => {
  assert.deepEqual(planOf(FULL).traffic.clients, [
    { name: 'internal', keys: ['INTERNAL'], permissions: [], rotateBy: null, from: 'auth.clients.internal' },
    { name: 'partner', keys: ['PARTNER_B', 'PARTNER_A'], permissions: ['read', 'write'], rotateBy: '2027-06-01', from: 'auth.clients.partner' },
  ]);
});
