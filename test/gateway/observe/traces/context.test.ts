import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beginTrace, readTraceparent } from '#src/gateway/runtime/observe/traces/context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traceparent', () => {
  const VALID: Readonly<Record<string, boolean>> = {
    [`00-${TRACE}-${PARENT}-01`]: true,
    [`00-${TRACE}-${PARENT}-00`]: false,
    // Other flags are to come: only the last bit counts.
    [`00-${TRACE}-${PARENT}-03`]: true,
    [`00-${TRACE}-${PARENT}-fe`]: false,
    [`00-${TRACE}-${PARENT}-ff`]: true,
    // Versions to come may have more behind what this one knows.
    [`01-${TRACE}-${PARENT}-01`]: true,
    [`fe-${TRACE}-${PARENT}-01-`]: true,
    [`cc-${TRACE}-${PARENT}-00-what-the-future-brings`]: false,
  };
  for (const [text, sampled] of Object.entries(VALID)) it(text, () => assert.deepEqual(readTraceparent(text), { traceId: TRACE, parentId: PARENT, sampled }));

  const INVALID = [
    '',
    '00',
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-`,
    `00-${TRACE}-${PARENT}-0`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01-`,
    `00-${TRACE}-${PARENT}-01-00`,
    `00-${TRACE}-${PARENT}-01.`,
    `01-${TRACE}-${PARENT}-01.more`,
    `01-${TRACE}-${PARENT}-011`,
    `ff-${TRACE}-${PARENT}-01`,
    `0-${TRACE}-${PARENT}-01`,
    `0g-${TRACE}-${PARENT}-01`,
    `${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT.toUpperCase()}-01`,
    `00-${TRACE}-${PARENT}-0A`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}0-${PARENT}-01`,
    `00-${TRACE}-${PARENT}0-01`,
    `00_${TRACE}_${PARENT}_01`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01 `,
    `00-${TRACE}-${PARENT}-01\n`,
    `01-${TRACE}-${PARENT}-01\n`,
    // Two headers, as Node joins them.
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    `01-${TRACE}-${PARENT}-01, 01-${TRACE}-${PARENT}-01`,
  ];
  for (const text of INVALID) it(`not ${JSON.stringify(text)}`, () => assert.equal(readTraceparent(text), null));
});

describe('a trace that begins here', () => {
  it('has an id of its own, and no parent', () => {
    const traces = Array.from({ length: 100 }, () => beginTrace(1));
    assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 100);
    for (const trace of traces) assert.ok(/^[0-9a-f]{32}$/.test(trace.traceId) && trace.parentId === null && trace.sampled);
  });

  it('is sampled by its id', () => {
    const ends = (last14: string): string => `${'a'.repeat(18)}${last14}`;
    const CASES: readonly (readonly [share: number, last14: string, sampled: boolean])[] = [
      [1, '0'.repeat(14), true],
      [0, 'f'.repeat(14), false],
      [0.5, `8${'0'.repeat(13)}`, true],
      [0.5, `7${'f'.repeat(13)}`, false],
      [0.25, `c${'0'.repeat(13)}`, true],
      [0.25, `bf${'f'.repeat(12)}`, false],
    ];
    for (const [share, last14, sampled] of CASES) assert.equal(beginTrace(share, ends(last14)).sampled, sampled, `${share} of ${last14}`);
  });

  it('is sampled as often as was asked', () => {
    const sampled = Array.from({ length: 20_000 }, () => beginTrace(0.1)).filter((trace) => trace.sampled).length;
    // Further off than ten standard deviations is no chance.
    assert.ok(Math.abs(sampled - 2000) < 430, String(sampled));
  });
});
