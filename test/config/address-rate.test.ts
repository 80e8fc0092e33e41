/** The rate of one address: an IDE that connects to ten servers at once sends fifty requests in the same moment. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/folder.js';
import { BASE, modelOf } from './support.js';

test('field-10 the rate of one address is 100 a second by default, and no config of ours has to say so', () => {
  assert.deepEqual(modelOf(BASE).gateway.limits.perAddress, { tokens: 100, window: 1000 });
  for (const file of ['mcp.config.ts', 'templates/init.config.ts.hbs']) assert.doesNotMatch(readFileSync(join(ROOT, file), 'utf8'), /perAddress/, file);
});
