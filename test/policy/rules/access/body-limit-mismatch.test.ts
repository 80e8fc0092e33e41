import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyLimitMismatch as rule } from '#src/policy/rules/access/body-limit-mismatch.js';
import { npm } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (line: string, body: string) =>
  planOf({ gateway: { limits: { body: body as '4mb' } }, servers: { files: npm('mcp-files@1.0.0', { limits: { line: line as '4mb' } }) } });

test('a server whose lines are shorter than the bodies of the gateway is found', () => {
  assert.deepEqual(found(rule, plan('1mb', '4mb')), ['warn servers.files.limits.line']);
});

test('lines that are as long or longer are not', () => {
  assert.deepEqual(found(rule, plan('4mb', '4mb')), []);
  assert.deepEqual(found(rule, plan('8mb', '512kb')), []);
});
