/** Causes in words: a code, a sentence, and whose fault it is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { causeOf, CodedError } from '#src/gateway/runtime/wire/cause.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';

const coded = (code: unknown, message: string): Error => Object.assign(new Error(message), { code });

describe('field-15 causes', () => {
  for (const [what, error, code, blame, cause] of [
    ['nobody listens', new UpstreamFault('refused', coded('ECONNREFUSED', 'connect 127.0.0.1:9')), 'ECONNREFUSED', 'server', 'connect 127.0.0.1:9'],
    ['no such name', new UpstreamFault('connect', coded('ENOTFOUND', 'getaddrinfo ENOTFOUND x')), 'ENOTFOUND', 'config', 'getaddrinfo ENOTFOUND x'],
    ['no route', new UpstreamFault('connect', coded('EHOSTUNREACH', 'x')), 'EHOSTUNREACH', 'network', 'x'],
    ['a certificate', new UpstreamFault('connect', coded('CERT_HAS_EXPIRED', 'it has expired')), 'CERT_HAS_EXPIRED', 'server', 'it has expired'],
    ['a malformed answer', new UpstreamFault('sent', new CodedError('MALFORMED_ANSWER', 'no status')), 'MALFORMED_ANSWER', 'server', 'no status'],
    ['late', new UpstreamFault('timeout'), 'NO_ANSWER', 'server', 'no answer in time (timeouts.firstByte)'],
    ['a sentence', new UpstreamFault('answered', 'it is no reply'), 'BROKEN_ANSWER', 'server', 'it is no reply'],
    ['full', new UpstreamFault('full'), 'FULL', 'gateway', 'all places are taken'],
    ['a code that is a number', new UpstreamFault('connect', coded(23, 'aborted')), 'NOT_CONNECTED', 'network', 'aborted'],
    ['a code that is no word', new UpstreamFault('sent', coded('a\n"b', 'x')), 'CLOSED', 'server', 'x'],
    ['no fault at all', new TypeError('x is not a function'), 'CLOSED', 'server', 'x is not a function'],
    [
      'a name of several addresses',
      new UpstreamFault('refused', Object.assign(new AggregateError([coded('ECONNREFUSED', 'one'), coded('ECONNREFUSED', 'two')]), { code: 'ECONNREFUSED' })),
      'ECONNREFUSED',
      'server',
      'one; two',
    ],
  ] as const) {
    it(what, () => assert.deepEqual(causeOf(error), { code, cause, blame }));
  }

  it('are one short line, whatever a server wrote', () => {
    const { cause } = causeOf(new UpstreamFault('sent', new Error(`a\nb\t${'x'.repeat(5000)}`)));
    assert.ok(cause.length === 300 && cause.startsWith('a b x'), cause);
  });
});
