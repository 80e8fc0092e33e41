/** Which images are pulled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf } from '../support/planned.js';
import { FULL } from './support.js';

const { infra } = planOf(FULL);

test('images', () => {
  assert.deepEqual(infra.images, { node: 'node:24-slim', nginx: 'nginx:1.26.3', chosen: ['images.node'] });
  const plain = planOf(least()).infra.images;
  assert.match(plain.node, /^node:\d+(\.\d+\.\d+)?-/);
  assert.deepEqual([plain.nginx, plain.chosen], ['nginx:1.30', []]);
  const images = { nginx: 'nginx:1.22', node: 'node:24' };
  assert.deepEqual(planOf(least({ images })).infra.images, { ...images, chosen: ['images.nginx', 'images.node'] });
});
