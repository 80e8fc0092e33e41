/** Sealed session ids: whose they are, how long they last, and that nobody can make or change one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSealer, type SessionState } from '#src/gateway/runtime/identity/session.js';
import { randomOf } from '../../support/random.js';

const KEY = 'a-key-of-more-than-thirty-two-bytes-1';
const OTHER = 'a-key-of-more-than-thirty-two-bytes-2';
const STATE: SessionState = {
  transport: 'mcp',
  init: null,
  tenant: 'acme',
  principal: 'client:ci',
  issuedAt: 1000,
  legs: [{ server: 'notes', instance: '10.0.0.1:80', upstreamId: 'f00-ä' }],
};
/** A sealer of that time; what it cannot seal is a fault of the test, but where `make` is asked. */
function at(
  now: number,
  ...keys: readonly string[]
): { seal(state: SessionState): string; make(state: SessionState): string | null; open(id: string): SessionState | null } {
  const { seal, open } = createSealer(keys.length > 0 ? keys : [KEY], 5000, () => now);
  return { seal: (state) => seal(state) ?? assert.fail('not sealed'), make: seal, open };
}

describe('sealed sessions', () => {
  test('what was sealed is opened', () => {
    assert.deepEqual(at(1000).open(at(1000).seal(STATE)), STATE);
    const many = { ...STATE, legs: [...STATE.legs, { server: 'x', instance: 'local', upstreamId: '' }] };
    assert.deepEqual(at(1000).open(at(1000).seal(many)), many);
    assert.deepEqual(at(1000).open(at(1000).seal({ ...STATE, legs: [] })), { ...STATE, legs: [] });
    const text = '{"protocolVersion":"2025-11-25","capabilities":{"x":9007199254740993},"clientInfo":{"name":"n","version":"1"}}';
    const introduced = { ...STATE, init: { clientInfo: { name: 'n', version: '1' }, text } };
    assert.deepEqual(at(1000).open(at(1000).seal(introduced)), introduced, 'field-03b its numbers too');
  });

  test('an id is visible ASCII (MCP: 0x21 to 0x7E), says nothing of what is in it, and is never the same twice', () => {
    const ids = Array.from({ length: 100 }, () => at(1000).seal(STATE));
    assert.equal(new Set(ids).size, 100);
    for (const id of ids) {
      assert.match(id, /^[A-Za-z0-9_-]+$/);
      assert.ok(!Buffer.from(id, 'base64url').toString('latin1').includes('acme'));
    }
  });

  test('it lasts as long as it was promised', () => {
    const id = at(1000).seal(STATE);
    assert.deepEqual(at(6000).open(id), STATE);
    assert.equal(at(6001).open(id), null);
  });

  test('it lasts no longer for having been opened before', () => {
    let now = 1000;
    const { seal, open } = createSealer([KEY], 5000, () => now);
    const id = seal(STATE) ?? assert.fail('not sealed');
    for (const [at, state] of [[1000, STATE], [6000, STATE], [6001, null], [5999, STATE], [9000, null]] as const) {
      now = at;
      assert.deepEqual(open(id), state, String(at));
    }
  });

  test('another spelling of an id that has been opened opens nothing', () => {
    const sealer = at(1000);
    const id = sealer.seal(STATE);
    assert.deepEqual(sealer.open(id), STATE);
    for (const other of [`${id}A`, `${id}=`, ` ${id}`, id.slice(0, -1), id.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
      assert.equal(sealer.open(other), null, other);
    }
  });

  test('as many as there are, each opens to its own', () => {
    const sealer = at(1000);
    const ids = Array.from({ length: 4500 }, (_, i) => sealer.seal({ ...STATE, tenant: `t${i}` }));
    for (const round of [0, 1]) for (const [i, id] of ids.entries()) assert.equal(sealer.open(id)?.tenant, `t${i}`, `round ${round}`);
  });

  test('keys: the first seals, all open, one that is gone opens nothing', () => {
    const old = at(1000, OTHER).seal(STATE);
    assert.deepEqual(at(1000, KEY, OTHER).open(old), STATE);
    assert.deepEqual(at(1000, KEY).open(at(1000, KEY, OTHER).seal(STATE)), STATE);
    assert.equal(at(1000, OTHER).open(at(1000, KEY, OTHER).seal(STATE)), null);
    assert.equal(at(1000, KEY).open(old), null);
    assert.equal(at(7000, KEY, OTHER).open(old), null);
  });

  test('a change of any bit is noticed', () => {
    const sealed = Buffer.from(at(1000).seal(STATE), 'base64url');
    for (let byte = 0; byte < sealed.length; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(sealed);
        changed[byte] = (changed[byte] ?? 0) ^ (1 << bit);
        assert.equal(at(1000).open(changed.toString('base64url')), null, `byte ${byte}, bit ${bit}`);
      }
    }
  });

  test('so is every cut, and everything added', () => {
    const id = at(1000).seal(STATE);
    for (let length = 0; length < id.length; length++) assert.equal(at(1000).open(id.slice(0, length)), null, String(length));
    for (const changed of [`${id}A`, `${id}AAAA`, `A${id}`, `${id} `, ` ${id}`, `${id}=`, id.replace(/.$/, ''), `${id}\n`, `${id}, ${id}`])
      assert.equal(at(1000).open(changed), null, changed);
  });

  test('an id has one spelling: another that decodes to the same bytes is another id', () => {
    for (const upstreamId of ['a', 'ab', 'abc', 'abcd']) {
      const id = at(1000).seal({ ...STATE, legs: [{ server: 'notes', instance: 'i', upstreamId }] });
      for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
        const other = id.slice(0, -1) + last;
        if (other !== id) assert.equal(at(1000).open(other), null, `${id} also opens as ${other}`);
      }
    }
  });

  test('ids of others are nothing', () => {
    const { seed, bytes, below } = randomOf();
    for (const id of ['', 'x', '1868a90c-7a3b-4a6c-9d55-000000000000', 'A'.repeat(40), 'A'.repeat(4096), 'A'.repeat(10_000), '\u0000', '__proto__'])
      assert.equal(at(1000).open(id), null, id);
    for (let i = 0; i < 2000; i++) {
      const id = bytes(below(200)).toString('base64url');
      assert.equal(at(1000).open(id), null, `MCPGEN_SEED=${seed}: ${id}`);
    }
  });

  test('an id is at most 4 kB, so that it fits into a header; a longer one is not made', () => {
    const leg = (length: number): SessionState => ({ ...STATE, legs: [{ server: 'notes', instance: 'i', upstreamId: 'x'.repeat(length) }] });
    const id = at(1000).seal(leg(2900));
    assert.ok(id.length <= 4096);
    assert.deepEqual(at(1000).open(id), leg(2900));
    assert.equal(at(1000).make(leg(4000)), null);
  });
});
