/** The table of reasons. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REASONS, refusalBody, type Reason } from '#src/gateway/runtime/decision/reasons.js';

describe('reasons', () => {
  const rows = Object.entries(REASONS);
  test('codes repeat the status, save those the specification pins', () => {
    const PINNED: Readonly<Record<string, readonly [number, number]>> = {
      'body-not-json': [400, -32700], 'body-not-message': [400, -32600], 'body-too-deep': [400, -32600], 'body-duplicate-key': [400, -32600],
      'envelope-invalid': [400, -32602], 'header-mismatch': [400, -32020], 'revision-not-served': [400, -32022], internal: [500, -32603],
      'item-denied': [200, -32602], 'item-unknown': [200, -32602],
    };
    for (const [reason, { status, code }] of rows) assert.deepEqual([status, code], PINNED[reason] ?? [status, status], reason);
  });
  test('every reason is an HTTP error with a message, but for what is said in band, and none invents a code of the specification’s range', () => {
    for (const [reason, row] of rows) {
      const { status, code, message } = row;
      assert.match(reason, /^[a-z]+(-[a-z]+)*$/);
      if ('inBand' in row) assert.equal(status, 200, reason);
      else assert.ok(status >= 400 && status <= 599 && message.length > 3, reason);
      assert.ok(code > 0 || [-32700, -32600, -32602, -32603, -32020, -32022].includes(code), reason);
    }
  });
  test('who probes learns no more from the message than from the status', () => {
    const of = (reason: Reason): string => JSON.stringify(REASONS[reason]);
    assert.equal(of('unknown-route'), of('path-not-literal'));
    assert.equal(of('preflight-refused'), of('origin-not-allowed'));
  });
  test('the body is JSON-RPC, whatever the id and the data', () => {
    for (const id of [null, 0, -1, '', 'x"\n\u2028', '__proto__']) {
      const body: unknown = JSON.parse(refusalBody('session-unknown', JSON.stringify(id), 'r1', { supported: ['x'], reason: 'forged', requestId: 'forged' }));
      assert.deepEqual(body, {
        jsonrpc: '2.0',
        id,
        error: { code: 404, message: 'Session not found', data: { supported: ['x'], reason: 'session-unknown', requestId: 'r1' } },
      });
    }
  });
});
