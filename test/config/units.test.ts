import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCpu, parseDay, parseDuration, parsePercentage, parseRate, parseSize } from '#src/config/units.js';
import { withSeeds } from '../support/random.js';

const DAY = 86_400_000;
const PARSERS = { parseDuration, parseSize, parseCpu, parseRate, parsePercentage, parseDay };

const TABLE: Readonly<Record<keyof typeof PARSERS, Readonly<Record<string, unknown>>>> = {
  parseDuration: {
    '1ms': 1, '250ms': 250, '15s': 15_000, '5m': 300_000, '24h': DAY, '1.5s': 1500, '0.5h': 1_800_000, '007s': 7000,
    // Node's timers fire at once when they are given more than 31 bits.
    '596h': 596 * 3_600_000, '597h': null, '2147483647ms': 2 ** 31 - 1, '2147483648ms': null, '99999999999999999999h': null,
    '0s': null, '0.0001ms': null, '-1s': null, '+1s': null, '1': null, s: null, '': null, ' 1s': null, '1s ': null, '1 s': null, '1s\n': null,
    '1S': null, '1d': null, '1e3s': null, '1.s': null, '.5s': null, '1,5s': null, '١s': null, '1m30s': null, Infinitys: null, NaNs: null,
    '1constructor': null, '1__proto__': null,
  },
  parseSize: {
    '1kb': 1024, '1Ki': 1024, '4mb': 4 * 2 ** 20, '4Mi': 4 * 2 ** 20, '1gb': 2 ** 30, '1Gi': 2 ** 30, '1.5kb': 1536, '8192gb': 2 ** 43,
    '0kb': null, '-1mb': null, '1b': null, '1': null, '1MB': null, '1k': null, '1Kib': null, '1kib': null, '1 mb': null, mb: null, '': null,
    '1tb': null, '1Ti': null,
    // More bytes than a number can count.
    '9007199254740993gb': null, '99999999999999999999gb': null,
  },
  parseCpu: {
    '250m': 250, '1': 1000, '0.5': 500, '2.25': 2250, '0.001': 1, '1m': 1, '1.6m': 2,
    '0': null, '0m': null, '0.0001': null, '-1': null, m: null, '': null, '1M': null, '1 m': null, '1c': null, '1e3': null, '99999999999999999999': null,
  },
  parseRate: {
    '1/s': { tokens: 1, window: 1000 }, '100/min': { tokens: 100, window: 60_000 }, '5000/h': { tokens: 5000, window: 3_600_000 },
    '0/s': null, '-1/s': null, '1.5/s': null, '1/m': null, '1/sec': null, '1/day': null, '1 /s': null, '/s': null, '100': null, '': null,
    '1/constructor': null, '99999999999999999999/s': null,
  },
  parsePercentage: {
    '0%': 0, '1%': 0.01, '50%': 0.5, '12.5%': 0.125, '100%': 1, '007%': 0.07,
    '101%': null, '100.1%': null, '-1%': null, '+1%': null, '1e1%': null, '.5%': null, '1.%': null, '50 %': null, ' 50%': null, '50%\n': null,
    '50': null, '%': null, '': null,
  },
  parseDay: {
    '2027-03-01': '2027-03-01', '2028-02-29': '2028-02-29', '2000-02-29': '2000-02-29', '0001-01-01': '0001-01-01',
    '2027-02-29': null, '1900-02-29': null, '2027-13-01': null, '2027-00-01': null, '2027-01-00': null, '2027-04-31': null,
    '2027-3-1': null, '20270301': null, '2027-03-01T00:00:00Z': null, '': null, today: null, '2027-03-01\n': null,
  },
};

describe('units', () => {
  for (const [name, rows] of Object.entries(TABLE)) {
    test(name, () => {
      const parse = PARSERS[name as keyof typeof PARSERS];
      for (const [text, value] of Object.entries(rows)) assert.deepEqual(parse(text), value, JSON.stringify(text));
    });
  }
});

test('what is written from a number is read as that number', () => {
  withSeeds(300, ({ below, pick }) => {
    const n = 1 + below(500);
    const [duration, factor] = pick([['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000]] as const);
    assert.equal(parseDuration(`${n}${duration}`), n * factor);
    const [small, large] = pick([['kb', 'Ki'], ['mb', 'Mi'], ['gb', 'Gi']] as const);
    assert.equal(parseSize(`${n}${small}`), parseSize(`${n}${large}`));
    assert.equal(parseSize(`${n * 1024}${small}`), parseSize(`${n}${small}`)! * 1024);
    assert.equal(parseCpu(`${n}`), parseCpu(`${n * 1000}m`));
    assert.deepEqual(parseRate(`${n}/min`), { tokens: n, window: 60_000 });
    const day = new Date(below(40_000) * DAY).toISOString().slice(0, 10);
    assert.equal(parseDay(day), day);
  });
});

test('whatever is read is a whole, positive number that can be counted with', () => {
  withSeeds(2000, ({ below, pick }) => {
    const text = Array.from({ length: below(8) }, () => pick([...'0123456789.-+eE _/', 'ms', 's', 'm', 'h', 'kb', 'Mi', 'gb', 'min', '\n', '１'])).join('');
    for (const [name, parse] of Object.entries(PARSERS)) {
      const value: unknown = parse(text);
      const numbers = typeof value === 'object' && value !== null ? Object.values(value) : [value];
      for (const number of numbers) {
        const isRead = typeof number !== 'string' && number !== null;
        assert.ok(!isRead || (Number.isSafeInteger(number) && (number as number) > 0), `${name}(${JSON.stringify(text)}) is ${String(number)}`);
      }
    }
  });
});
