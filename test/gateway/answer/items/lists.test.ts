import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterLists } from '#src/gateway/runtime/answer/items/lists.js';
import { withSeeds } from '../../../support/random.js';

const reader = (isList = true) => {
  const seen: string[] = [];
  return { seen, filter: (text: string): string => filterLists(text, { isList, seen: (kind, name) => void seen.push(`${kind} ${name}`), lists: (_kind, name) => name.startsWith('a') }) };
};
const list = (tools: string, more = ''): string => `{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}${more}}}`;

const CASES: Readonly<Record<string, readonly [given: string, wanted: string]>> = {
  'nothing to take out': [list('[{"name":"a"}]'), list('[{"name":"a"}]')],
  'nothing at all': [list('[]'), list('[]')],
  'the first': [list('[{"name":"x"}, {"name":"a"}]'), list('[{"name":"a"}]')],
  'the last': [list('[{"name":"a"} , {"name":"x"}]'), list('[{"name":"a"}]')],
  'one in the middle': [list('[{"name":"a1"},{"name":"x"},{"name":"a2"}]'), list('[{"name":"a1"},{"name":"a2"}]')],
  'several beside each other': [list('[{"name":"x"},{"name":"y"},{"name":"a"},{"name":"x"},{"name":"y"}]'), list('[{"name":"a"}]')],
  'all': [list('[ {"name":"x"}, {"name":"y"} ]'), list('[  ]')],
  'and keeps cursors, numbers and spacing': [list('[{"name":"x"},{"name":"a","n":12345678901234567890.0}]', ' , "nextCursor" : "c"'), list('[{"name":"a","n":12345678901234567890.0}]', ' , "nextCursor" : "c"')],
  'what has no name': [list('[{"title":"a"},{"name":1},"a",null,{"name":"a"}]'), list('[{"name":"a"}]')],
  'a name that could be read in two ways': [list('[{"name":"a","name":"x"},{"name":"x","name":"a"},{"name":"a","n\\u0061me":"x"}]'), list('[]')],
  'a name in escapes': [list('[{"name":"\\u0078"},{"name":"\\u0061"}]'), list('[{"name":"\\u0061"}]')],
  'both of two equal lists': [list('[{"name":"x"}]', ',"tools":[{"name":"y"}]'), list('[]', ',"tools":[]')],
  'a list whose key is written in escapes': ['{"result":{"t\\u006fols":[{"name":"x"}]}}', '{"result":{"t\\u006fols":[]}}'],
  'both of two equal results': ['{"result":{"tools":[{"name":"x"}]},"result":{"tools":[{"name":"y"}]}}', '{"result":{"tools":[]},"result":{"tools":[]}}'],
  'in each reply of a batch': [`[${list('[{"name":"x"}]')},${list('[{"name":"a"},{"name":"x"}]')}]`, `[${list('[]')},${list('[{"name":"a"}]')}]`],
  'prompts, resources and templates': [
    '{"result":{"prompts":[{"name":"x"}],"resources":[{"uri":"x","name":"a"},{"uri":"a"}],"resourceTemplates":[{"uriTemplate":"x{y}"},{"uriTemplate":"a{y}"}]}}',
    '{"result":{"prompts":[],"resources":[{"uri":"a"}],"resourceTemplates":[{"uriTemplate":"a{y}"}]}}',
  ],
  'nothing of what only looks like a list': ['{"params":{"tools":[{"name":"x"}]},"result":{"content":[{"tools":[{"name":"x"}]}]}}', '{"params":{"tools":[{"name":"x"}]},"result":{"content":[{"tools":[{"name":"x"}]}]}}'],
};

describe('a list without what its caller may not use', () => {
  for (const [title, [given, wanted]] of Object.entries(CASES)) it(`takes out: ${title}`, () => assert.equal(reader().filter(given), wanted));

  it('tells of every name, also of those that are taken out', () => {
    const { seen, filter } = reader();
    filter(list('[{"name":"a"},{"name":"x"}]'));
    assert.deepEqual(seen, ['tool a', 'tool x']);
  });

  it('does not pass what cannot be read', () => {
    for (const text of ['', '{', 'no', list('[{"name":"a"}')]) assert.throws(() => reader().filter(text), SyntaxError);
    assert.throws(() => reader().filter(list('{"0":{"name":"x"}}')), TypeError);
    assert.equal(reader(false).filter(list('{"0":1}')), list('{"0":1}'), 'on a stream it may be the result of a call');
  });

  it('is what a parser and a filter would make of it', () => {
    withSeeds(200, ({ below, pick }) => {
      const tools = Array.from({ length: below(7) }, () => ({ name: pick(['a', 'ab', 'x', 'y"],']), description: pick(['', '\\"', '[{,}]', 'é']) }));
      const indent = below(3);
      const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools, nextCursor: '2' } }, null, indent);
      const wanted = { jsonrpc: '2.0', id: 1, result: { tools: tools.filter(({ name }) => name.startsWith('a')), nextCursor: '2' } };
      assert.deepEqual(JSON.parse(reader().filter(text)), wanted, text);
    });
  });
});
