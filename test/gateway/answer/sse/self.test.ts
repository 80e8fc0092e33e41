import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selfOf } from '#src/gateway/runtime/answer/sse/relay.js';

describe('where other replicas reach this process', () => {
  const CASES: readonly (readonly [env: Record<string, string>, host: string, self: string])[] = [
    [{ MCPGEN_SELF: 'gateway-0.gateway:9000' }, '0.0.0.0', 'gateway-0.gateway:9000'],
    [{}, '127.0.0.1', '127.0.0.1:8080'],
    [{}, '10.1.2.3', '10.1.2.3:8080'],
    [{}, 'fd00::7', '[fd00::7]:8080'],
    [{ FLY_PRIVATE_IP: 'fdaa::3' }, '::', '[fdaa::3]:8080'],
    [{ FLY_PRIVATE_IP: 'fdaa::3' }, '127.0.0.1', '127.0.0.1:8080'],
  ];
  for (const [env, host, self] of CASES) it(`${JSON.stringify(env)} at ${host}`, () => assert.equal(selfOf(env, { host, port: 8080 }), self));

  it('an address of this machine where it listens on all of them', () => {
    assert.match(selfOf({}, { host: '0.0.0.0', port: 8080 }), /^(\[[\da-f:.]+\]|[\d.]+):8080$/);
  });
});
