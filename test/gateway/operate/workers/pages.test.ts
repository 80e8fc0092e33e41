/** What operators read of several workers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onePage } from '#src/gateway/runtime/operate/workers/pages.js';

const json = (value: unknown, status = 200) => ({ status, type: 'application/json', body: JSON.stringify(value) });
const page = (target: string, ...answers: readonly ReturnType<typeof json>[]) =>
  onePage({ target }, answers.map((answer, i) => ({ worker: i + 1, answer })), 2);

describe('one page of several', () => {
  test('lists what each says', () => {
    const { status, body } = page('/gateway/stats', json({ servers: { a: 1 } }), json({ servers: { a: 2 } }));
    assert.deepEqual([status, JSON.parse(body)], [200, { workers: [{ worker: 1, servers: { a: 1 } }, { worker: 2, servers: { a: 2 } }] }]);
  });

  test('without those that refuse, unless all do', () => {
    const { status, body } = page('/circuit-breakers', json({ error: 'not yet' }, 401), json({ breakers: [] }));
    assert.deepEqual([status, JSON.parse(body)], [200, { workers: [{ worker: 2, breakers: [] }] }]);
    assert.deepEqual(page('/circuit-breakers', json({ error: 'a' }, 401), json({ error: 'b' }, 403)), json({ error: 'a' }, 401));
  });

  test('says that none answers', () => {
    assert.deepEqual(page('/metrics').status, 503);
  });

  test('field-17 a refusal for want of workers says why, and by which name the log has it', () => {
    const { body, refused } = page('/metrics');
    assert.equal(refused?.reason, 'no-worker');
    assert.match(`${refused?.requestId}`, /^[\da-f-]{36}$/);
    assert.deepEqual(JSON.parse(body), { error: 'no worker answers', data: refused });
  });

  test('puts the worker first of the labels, whatever is in the others', () => {
    const text = (n: number) => ({
      status: 200,
      type: 'text/plain',
      body: `# HELP a A # HELP b.\n# TYPE a counter\na{x="} 1",y="\\"{"} ${n}\n# HELP b B.\n# TYPE b gauge\nb ${n}e-7\n# HELP c C.\n# TYPE c counter\n`,
    });
    const lines = [
      '# HELP a A # HELP b.', '# TYPE a counter', 'a{worker="1",x="} 1",y="\\"{"} 1', 'a{worker="2",x="} 1",y="\\"{"} 2',
      '# HELP b B.', '# TYPE b gauge', 'b{worker="1"} 1e-7', 'b{worker="2"} 2e-7', '# HELP c C.', '# TYPE c counter', '',
    ];
    assert.deepEqual(page('/metrics?x', text(1), text(2)).body.split('\n'), lines);
  });
});
