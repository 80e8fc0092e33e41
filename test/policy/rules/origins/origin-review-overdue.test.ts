import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originReviewOverdue as rule } from '#src/policy/rules/origins/origin-review-overdue.js';
import { exact, findingsOf, found, origin, withOrigins } from '../../support.js';

const planBy = (reviewBy: string | null, owner: string | null = null) =>
  withOrigins({ ...origin('app', exact('https://app.acme.test')), reviewBy, owner }, origin('other', exact('https://other.acme.test')));

test('the day after the last day is found', () => {
  assert.deepEqual(found(rule, planBy('2026-11-19'), { today: '2026-11-20' }), ['warn origins.app.reviewBy']);
});

test('the message says which pages, by when, and whom to ask', () => {
  const messages = [planBy('2020-01-01'), planBy('2020-01-01', 'web')].map((plan) => findingsOf(rule, plan)[0]?.message);
  assert.deepEqual(messages, [
    'origin app (https://app.acme.test) should have been reviewed by 2020-01-01',
    'origin app (https://app.acme.test) should have been reviewed by 2020-01-01; its owner is web',
  ]);
});

test('the last day itself, a later one, and none are not', () => {
  for (const reviewBy of ['2026-11-20', '2027-01-01', null]) assert.deepEqual(found(rule, planBy(reviewBy), { today: '2026-11-20' }), []);
});
