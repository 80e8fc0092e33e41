import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withData } from '#src/gateway/runtime/wire/event-data.js';
import { eventReader, readEvent, type StreamEvent } from '#src/gateway/runtime/wire/events.js';
import { randomOf } from '../../support/random.js';

const read = (chunks: readonly (Buffer | string)[], limit = 1000): StreamEvent[] => {
  const reader = eventReader(limit);
  return [...chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))), ...reader.end()];
};
const raws = (events: readonly StreamEvent[]): string[] => events.map(({ raw }) => raw.toString());

describe('events of a stream', () => {
  it('end with a blank line, whatever ends its lines', () => {
    assert.deepEqual(raws(read(['data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\ndata: e\r\n\n'])), [
      'data: a\n\n', 'data: b\r\n\r\n', 'data: c\r\r', 'data: d\n\r\n', 'data: e\r\n\n',
    ]);
    assert.deepEqual(raws(read(['\n\r\n\r: x\n\n'])), ['\n', '\r\n', '\r', ': x\n\n']);
    assert.deepEqual(raws(read(['data: a\n\ndata: b\n'])), ['data: a\n\n', 'data: b\n'], 'what was not ended is there too');
  });

  it('are there as soon as they end', () => {
    const reader = eventReader(100);
    assert.deepEqual(raws(reader.push(Buffer.from('data: a\r\n\r'))), ['data: a\r\n\r'], 'nothing may follow for long');
    assert.deepEqual(raws(reader.push(Buffer.from('\n'))), ['\n'], 'a line feed that is late is passed on at once');
    assert.deepEqual(raws(reader.push(Buffer.from('data: b\r\n'))), []);
    assert.deepEqual(raws(reader.push(Buffer.from('\r\nda'))), ['data: b\r\n\r\n']);
    assert.deepEqual(raws(reader.push(Buffer.from('ta: c\n\n'))), ['data: c\n\n']);
  });

  it('have the same bytes and say the same however they are cut', () => {
    const stream = Buffer.from('\ufeffdata: ä€😀\r\nid: 1\r\n\r\n: hi\n\nevent: x\rdata: y\rdata\r\rdata: z\n\n');
    const whole = read([stream]);
    const say = (events: readonly StreamEvent[]): unknown =>
      events
        .map(({ text }) => readEvent(text))
        .filter(({ data }) => data !== '')
        .map(({ type, data, id }) => [type, data, id]);
    assert.deepEqual(say(whole), [['', 'ä€😀', '1'], ['x', 'y\n', undefined], ['', 'z', undefined]]);
    for (let a = 0; a <= stream.length; a++) {
      for (let b = a; b <= stream.length; b++) {
        const events = read([stream.subarray(0, a), stream.subarray(a, b), stream.subarray(b)]);
        assert.equal(Buffer.concat(events.map(({ raw }) => raw)).compare(stream), 0, `cut at ${a} and ${b}`);
        assert.deepEqual(say(events), say(whole), `cut at ${a} and ${b}`);
      }
    }
    assert.deepEqual(say(read([...stream].map((byte) => Buffer.from([byte])))), say(whole));
  });

  it('are bounded', () => {
    const event = `data: ${'x'.repeat(92)}\n\n`;
    assert.equal(read([event, event], 100).length, 2);
    assert.equal(read([event + event], 100).length, 2);
    for (const chunks of [[`x${event}`], ['x', event], [...`x${event}`], ['x'.repeat(101)]]) assert.throws(() => read(chunks, 100), RangeError);
  });

  it('tell how many bytes wait for the end of theirs', () => {
    const reader = eventReader(100);
    const waiting = ['data: abc', '\ndata: d', '\n\n'].map((chunk) => (reader.push(Buffer.from(chunk)), reader.waiting));
    assert.deepEqual(waiting, [9, 17, 0]);
  });

  it('are the same however any bytes are cut', () => {
    const dice = randomOf();
    const part = (): string =>
      dice.pick(['data', 'event', 'id', 'retry', ':', ': ', ' ', '\n', '\r', '\r\n', '\n\n', '{"é":1}', 'endpoint', 'message', '\ufeff', 'x']);
    const say = (events: readonly StreamEvent[]): unknown =>
      events.map(({ text }) => readEvent(text)).filter(({ data, id }) => data !== '' || id !== undefined);
    for (let round = 0; round < 400; round++) {
      const all = Buffer.from(Array.from({ length: dice.below(40) }, part).join(''));
      const chunks: Buffer[] = [];
      for (let at = 0; at < all.length; at += chunks.at(-1)?.length ?? 0) chunks.push(all.subarray(at, at + 1 + dice.below(6)));
      assert.deepEqual(say(read(chunks)), say(read([all])), `MCPGEN_SEED=${dice.seed}, round ${round}: ${JSON.stringify(String(all))}`);
    }
  });
});

describe('fields of an event', () => {
  const CASES: readonly (readonly [text: string, type: string, data: string])[] = [
    ['data: a\n\n', '', 'a'],
    ['data:a\n\n', '', 'a'],
    ['data:  a\n\n', '', ' a'],
    ['data\n\n', '', ''],
    ['data: a\ndata\ndata: b\n\n', '', 'a\n\nb'],
    ['event: x\nid: 1\nretry: 5\ndata: a\n: data: c\nevent:message\n\n', 'message', 'a'],
    ['datas: a\nDATA: b\n data: c\n: data: d\n\n', '', ''],
  ];
  for (const [text, type, data] of CASES) it(JSON.stringify(text), () => assert.deepEqual([readEvent(text).type, readEvent(text).data], [type, data]));

  it('the last id counts, be it empty', () => {
    assert.deepEqual(['id: 1\nid: 2\n\n', 'id\n\n', 'data: a\n\n'].map((text) => readEvent(text).id), ['2', '', undefined]);
  });

  it('data alone is replaced', () => {
    assert.equal(withData('event: message\nid: 7\ndata: a\n: c\ndata: b\nretry: 1\n\n', 'x'), 'event: message\nid: 7\ndata: x\n: c\nretry: 1\n\n');
    assert.equal(withData('data:a\r\ndata:b\r\n\r\n', 'x\ny\nz'), 'data: x\r\ndata: y\r\ndata: z\r\n\r\n');
    assert.equal(withData('id: 1\rdata: a\r\r', 'x'), 'id: 1\rdata: x\r\r');
    assert.equal(withData('data: a', 'x'), 'data: x\n', 'a stream that ended early');
  });
});
