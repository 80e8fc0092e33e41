import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAmbiguous, readKeys } from '#src/gateway/runtime/decision/ambiguous.js';

const KEYS = readKeys([['path'], ['options', 'mode'], ['sink']]);
const CASES: readonly (readonly [text: string, isAmbiguous: boolean])[] = [
  ['{}', false],
  ['{"path":"/a"}', false],
  ['{"path":"/a","other":{"path":1,"Path":2},"x":1,"x":2}', false],
  ['{"path":"/a","path":"/b"}', true],
  ['{"path":"/a","Path":"/b"}', true],
  ['{"PATH":"/b"}', true],
  ['{"p\\u0061th":"/a"}', false],
  ['{"path":"/a","p\\u0061th":"/b"}', true],
  ['{"\\u0050ath":"/b"}', true],
  ['{"\u017fink":1}', true],
  ['{"sin\u212a":1}', true],
  ['{"__proto__":{"path":"/etc"}}', true],
  ['{"\\u005f_proto__":{"path":"/etc"}}', true],
  ['{"options":{"mode":"r","Mode":"w"}}', true],
  ['{"options":{"mode":"r"},"options":{"mode":"w"}}', true],
  ['{"options":{"__proto__":{}}}', true],
  ['{"options":[{"mode":1,"mode":2}]}', false],
  ['{"other":{"__proto__":{}}}', false],
  [' { "a" : [ { "path" : 1 } , "}" ] , "path" : "\\"" , "path" : 1 } ', true],
  ['["path","path"]', false],
  ['"path"', false],
];

describe('arguments that two readers may understand differently', () => {
  for (const [text, expected] of CASES) it(`${expected ? 'are' : 'are not'} ${text}`, () => assert.equal(isAmbiguous(text, KEYS), expected));
});
