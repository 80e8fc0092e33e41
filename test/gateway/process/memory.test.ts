/** What is remembered for callers, within bounds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemory } from '#src/gateway/runtime/process/memory.js';

describe('memory', () => {
  it('field-30 forgets the oldest of whoever has had its share, and nothing of anybody else', () => {
    const memory = createMemory<number>(16);
    memory.set('a\nclient:one', 'kept', 1);
    for (let n = 0; n < 100; n++) assert.ok(memory.set('b\nclient:two', `${n}`, n));
    assert.equal(memory.get('a\nclient:one', 'kept'), 1);
    assert.equal(memory.get('b\nclient:two', '99'), 99);
    assert.equal(memory.get('b\nclient:two', '80'), undefined);
  });

  it('field-30 is bounded by sizes, refuses what is larger than any share, and gives back what is forgotten', () => {
    const memory = createMemory<string>(100);
    assert.ok(!memory.set('a\nx', 'huge', 'v', 51));
    assert.ok(memory.set('a\nx', 'large', 'v', 40));
    assert.ok(memory.set('a\nx', 'large', 'w', 50), 'in place of what it was');
    assert.equal(memory.get('a\nx', 'large'), 'w');
    memory.delete('a\nx', 'large');
    assert.equal(memory.get('a\nx', 'large'), undefined);
    assert.ok(memory.set('a\nx', 'again', 'v', 50));
  });
});
