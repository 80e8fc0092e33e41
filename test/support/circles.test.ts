import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circlesIn } from './circles.js';
import { importsOf } from './imports.js';

const graphOf = (edges: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(edges).map(([from, to]) => [from, [...to]]));

test('a graph without circles has none, however many ways lead to one node', () => {
  assert.deepEqual(circlesIn(graphOf({ a: 'bc', b: 'd', c: 'd', d: '', e: 'x' })), []);
});

test('every circle is found whole, and nodes that only lead to it are not part of it', () => {
  assert.deepEqual(circlesIn(graphOf({ z: 'b', c: 'b', b: 'ac', a: 'c', p: 'q', q: 'pa', s: 's' })), [['a', 'b', 'c'], ['p', 'q'], ['s']]);
});

test('all ways of importing are seen, types included, and what a comment or a string says is not', () => {
  const text = [
    "import { a } from './a.js';",
    "import type { B } from './b.js';",
    "export { c } from '../c.js';",
    "export type { D } from './d.js';",
    "import './e.js';",
    "const f = () => import('./f.js');",
    "let g: typeof import('./g.js') | import('./h.js').H;",
    "// import { x } from './comment.js'; import('./comment.js')",
    "const text = \"import { x } from './string.js'\";",
    "import { join } from 'node:path';",
  ].join('\n');
  const found = importsOf('src/config/here.ts', text);
  assert.deepEqual(
    found.map(({ to, typeOnly }) => `${to}${typeOnly ? ' (type)' : ''}`),
    [
      'src/config/a.ts', 'src/config/b.ts (type)', 'src/c.ts', 'src/config/d.ts (type)', 'src/config/e.ts', 'src/config/f.ts', 'src/config/g.ts (type)',
      'src/config/h.ts (type)', 'node:path',
    ],
  );
});
