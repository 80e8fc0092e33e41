/** Bodies that two readers may understand differently, that say another thing than their headers, or that are no message. */
import { CAPABILITIES, initialize, modern, modernHeaders, request, VERSION } from '../../support/gateway-messages.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { call, FRESH, LIST, NOTES, post, posted } from './stand.js';

/** Text that says a call of what is allowed, with more or other members. */
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_a","arguments":{}}}';
const text = (name: string, body: string): readonly [string, AskOptions] => [name, posted(body)];
const around = (more: string): string => CALL.replace('{"jsonrpc"', `{${more},"jsonrpc"`);
const behind = (more: string): string => `${CALL.slice(0, -1)},${more}}`;
const inParams = (more: string): string => CALL.replace('"arguments":{}', `"arguments":{},${more}`);

const DUPLICATES: Named = [
  text('method twice', around('"method":"tools/list"')), text('method twice, the other last', behind('"method":"tools/list"')),
  text('method in capitals', behind('"METHOD":"tools/list"')), text('Method', behind('"Method":"tools/list"')),
  text('method escaped', behind('"\\u006dethod":"tools/list"')), text('method escaped whole', behind('"\\u006d\\u0065\\u0074\\u0068\\u006f\\u0064":"x"')),
  text('Method escaped', behind('"\\u004dethod":"x"')),
  text('params twice', behind('"params":{"name":"delete_all"}')), text('params twice, first', around('"params":{"name":"delete_all"}')),
  text('Params', behind('"Params":{"name":"delete_all"}')), text('params with a long s', behind('"param\u017f":{"name":"delete_all"}')),
  text('params with a long s, escaped', behind('"param\\u017f":{}')), text('name twice', inParams('"name":"delete_all"')),
  text('name twice, once escaped', inParams('"n\\u0061me":"delete_all"')), text('Name', inParams('"Name":"delete_all"')),
  text('NAME', inParams('"NAME":"delete_all"')),
  text('arguments twice', inParams('"arguments":{"x":1}')), text('Arguments', inParams('"Arguments":{}')), text('id twice', behind('"id":2')),
  text('ID', behind('"ID":2')), text('jsonrpc twice', behind('"jsonrpc":"1.0"')), text('JsonRpc', behind('"JsonRpc":"2.0"')),
  text('jsonrpc with a long s', behind('"j\u017fonrpc":"2.0"')), text('_meta twice', inParams('"_meta":{},"_meta":{"x":1}')),
  text('_META', inParams('"_META":{}')), text('uri twice', inParams('"uri":"a","uri":"b"')), text('taskId in another case', inParams('"taskid":"x"')),
  text('result twice', '{"jsonrpc":"2.0","id":1,"result":{},"result":{"x":1}}'), text('error in capitals', '{"jsonrpc":"2.0","id":1,"result":{},"ERROR":{}}'),
  text('in a batch', `[${behind('"method":"tools/list"')}]`),
  text('in the second of a batch', `[${JSON.stringify(LIST)},${inParams('"name":"delete_all"')}]`),
  text('the version twice', inParams(`"_meta":{"${VERSION}":"2025-11-25","${VERSION}":"2026-07-28"}`)),
  text('the version in capitals', inParams(`"_meta":{"${VERSION.toUpperCase()}":"2026-07-28"}`)),
];

const NO_JSON: Named = [
  text('deep and never shut', '['.repeat(40)),
  text('nothing', ''), text('blanks', '   '), text('a byte order mark', `\ufeff${CALL}`), text('cut', CALL.slice(0, -1)), text('more behind', `${CALL}x`),
  text('two messages', CALL + CALL), text('two messages in two lines', `${CALL}\n${CALL}`), text('a comma too many', CALL.replace('{}', '{},')),
  text('single quotes', CALL.replaceAll('"', "'")), text('no quotes', '{jsonrpc:2.0}'), text('a comment', `/* x */${CALL}`),
  text('a comment of one line', `${CALL}// x`), text('NaN', CALL.replace('1', 'NaN')), text('Infinity', CALL.replace('1', 'Infinity')),
  text('hex', CALL.replace(':1,', ':0x1,')),
  text('a zero before', CALL.replace(':1,', ':01,')), text('a plus', CALL.replace(':1,', ':+1,')), text('undefined', 'undefined'),
  text('a form', 'jsonrpc=2.0&method=tools/list'), text('XML', '<methodCall/>'), text('YAML', 'jsonrpc: 2.0'), text('an event', `data: ${CALL}\n\n`),
  text('a line break in text', CALL.replace('read_a', 'read\n_a')), text('a NUL in text', CALL.replace('read_a', 'read\0_a')),
  text('a broken escape', CALL.replace('read_a', '\\x72ead_a')), text('a broken escape of a key', behind('"\\u00zz":1')),
  ['bytes that are no UTF-8', posted(Buffer.from([0x7b, 0xff, 0x7d]))], ['text of Latin-1', posted(Buffer.from(CALL.replace('read_a', 'read_\xe4'), 'latin1'))],
  ['a surrogate in UTF-8', posted(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]))],
  ['an overlong slash', posted(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]))],
  ['UTF-16', posted(Buffer.from(CALL, 'utf16le'))], ['UTF-16 with a mark', posted(Buffer.from(`\ufeff${CALL}`, 'utf16le'))], ['UTF-7', posted('+AHsAIgBq-')],
  ['gzip without a word', posted(Buffer.from('1f8b0800000000000003', 'hex'))], ['CBOR', posted(Buffer.from('a1676a736f6e727063', 'hex'))],
];

const NO_MESSAGE: Named = [
  text('null', 'null'), text('true', 'true'), text('a number', '42'), text('text', '"tools/list"'), text('an empty object', '{}'), text('an empty list', '[]'),
  text('no version', CALL.replace('"jsonrpc":"2.0",', '')), text('version 1', CALL.replace('2.0', '1.0')),
  text('version as a number', CALL.replace('"2.0"', '2.0')),
  text('version 2.00', CALL.replace('2.0', '2.00')), text('no method', CALL.replace('"method":"tools/call",', '')),
  text('method a number', CALL.replace('"tools/call"', '1')), text('method a list', CALL.replace('"tools/call"', '["tools/call"]')),
  text('method null', CALL.replace('"tools/call"', 'null')),
  text('id null', CALL.replace(':1,', ':null,')), text('id an object', CALL.replace(':1,', ':{},')), text('id a list', CALL.replace(':1,', ':[1],')),
  text('id true', CALL.replace(':1,', ':true,')), text('a call that is an answer', behind('"result":{}')),
  text('a call that is an error', behind('"error":{}')),
  text('a batch with null', `[${CALL},null]`), text('a batch with a number', `[${CALL},1]`), text('a batch in a batch', `[[${CALL}]]`),
  text('a batch with no message', `[${CALL},{}]`), text('a batch with a message of version 1', `[${CALL},${CALL.replace('2.0', '1.0')}]`),
  ['a batch of 51', post(Array.from({ length: 51 }, (_, id) => request('ping', {}, id)))], ['a batch that introduces', post([initialize])],
  ['a batch that introduces behind another', post([LIST, initialize])],
  ['a batch of 2026-07-28', post([modern('tools/list')])], ['a batch with one of them', post([LIST, modern('tools/list', {}, 2)])],
];

const deep = (depth: number, [open, shut]: readonly [string, string]): string => CALL.replace(
  '"arguments":{}', `"arguments":{"a":${open.repeat(depth)}1${shut.repeat(depth)}}`,
);
const DEEP: Named = [
  text('lists', deep(40, ['[', ']'])), text('objects', deep(40, ['{"a":', '}'])), text('both', deep(20, ['[{"a":', '}]'])),
  text('very deep', deep(5000, ['[', ']'])), text('deep where nobody reads', behind(`"x":${'['.repeat(40)}${']'.repeat(40)}`)),
  text('a deep batch', `[${deep(40, ['[', ']'])}]`),
];

const typed = (type: string | readonly string[] | null, more: AskOptions['headers'] = {}): AskOptions => posted(CALL, { 'content-type': type, ...more });
const TYPES: Named = [
  ['none', typed(null)], ['empty', typed('')], ['text', typed('text/plain')], ['a form', typed('application/x-www-form-urlencoded')],
  ['parts', typed('multipart/form-data; boundary=x')], ['JSON of another sort', typed('application/json-rpc')], ['JSON in text', typed('text/json')],
  ['a suffix', typed('application/vnd.api+json')], ['JSON and more', typed('application/jsonx')], ['two', typed('application/json, text/plain')],
  ['text first', typed('text/plain; application/json')], ['UTF-16', typed('application/json; charset=utf-16')],
  ['UTF-7', typed('application/json; charset="utf-7"')],
  ['Latin-1', typed('application/json;charset=iso-8859-1')], ['two charsets', typed('application/json; charset=utf-8; charset=utf-16')],
  ['a charset behind a word', typed('application/json; x=y; charset=utf-16')], ['gzip', typed('application/json', { 'content-encoding': 'gzip' })],
  ['br', typed('application/json', { 'content-encoding': 'br' })],
  ['gzip twice', typed('application/json', { 'content-encoding': 'identity, gzip' })],
  ['an unknown coding', typed('application/json', { 'content-encoding': 'x' })], ['XML', typed('application/xml')], ['CBOR', typed('application/cbor')],
];

/** A modern call of what is allowed, with these headers instead of its own. */
const fresh = (
  headers: AskOptions['headers'], body: unknown = modern('tools/call', { name: 'read_a', arguments: {} }),
): AskOptions => post(body, { ...modernHeaders('tools/call', 'read_a'), ...headers }, FRESH);
const base64 = (name: string): string => `=?base64?${Buffer.from(name).toString('base64')}?=`;
const MISMATCHES: Named = [
  ['another name', fresh({ 'mcp-name': 'read_b' })], ['no name', fresh({ 'mcp-name': null })], ['an empty name', fresh({ 'mcp-name': '' })],
  ['a name in capitals', fresh({ 'mcp-name': 'READ_A' })], ['two names', fresh({ 'mcp-name': ['read_a', 'delete_all'] })],
  ['two names in one', fresh({ 'mcp-name': 'read_a, delete_all' })],
  ['another name in base64', fresh({ 'mcp-name': base64('delete_all') })], ['a name in broken base64', fresh({ 'mcp-name': '=?base64?cmVhZF9h*?=' })],
  ['a name in base64 without its end', fresh({ 'mcp-name': '=?base64?cmVhZF9h' })], ['a name in BASE64', fresh({ 'mcp-name': '=?BASE64?cmVhZF9h?=' })],
  ['a name in base64 of broken UTF-8', fresh({ 'mcp-name': '=?base64?/w==?=' })], ['a name in base64 twice', fresh({ 'mcp-name': base64(base64('read_a')) })],
  ['a percent sign in the name', fresh({ 'mcp-name': 'read%5fa' })], ['a name in quotes', fresh({ 'mcp-name': '"read_a"' })],
  ['another method', fresh({ 'mcp-method': 'tools/list' })], ['no method', fresh({ 'mcp-method': null })],
  ['a method in capitals', fresh({ 'mcp-method': 'TOOLS/CALL' })], ['two methods', fresh({ 'mcp-method': ['tools/call', 'tools/list'] })],
  ['an empty method', fresh({ 'mcp-method': '' })],
  ['another revision', fresh({ 'mcp-protocol-version': '2025-11-25' })], ['no revision', fresh({ 'mcp-protocol-version': null })],
  ['two revisions', fresh({ 'mcp-protocol-version': ['2026-07-28', '2025-11-25'] })], ['a later revision', fresh({ 'mcp-protocol-version': '2027-01-01' })],
  ['a name where the body has none', fresh({}, modern('tools/call', { arguments: {} }))],
  ['a name that is a number', fresh({ 'mcp-name': '1' }, modern('tools/call', { name: 1 }))],
  ['a resource by another name', post(modern('resources/read', { uri: 'file:///etc/b' }), modernHeaders('resources/read', 'file:///srv/a'), FRESH)],
  ['a prompt by another name', post(modern('prompts/get', { name: 'p' }), modernHeaders('prompts/get', 'read_p'), FRESH)],
  ['a task by another name', post(modern('tasks/cancel', { taskId: 'a' }), modernHeaders('tasks/cancel', 'b'), FRESH)],
  ['an introduction that calls itself modern', post(initialize, { 'mcp-protocol-version': '2026-07-28' })],
];
const enveloped = (meta: unknown): AskOptions => fresh({}, request('tools/call', { name: 'read_a', _meta: meta }));
const ENVELOPES: Named = [
  ['none', fresh({}, call('read_a'))], ['empty', enveloped({})], ['no capabilities', enveloped({ [VERSION]: '2026-07-28' })],
  ['capabilities as text', enveloped({ [VERSION]: '2026-07-28', [CAPABILITIES]: 'all' })],
  ['capabilities in a list', enveloped({ [VERSION]: '2026-07-28', [CAPABILITIES]: [] })],
  ['capabilities null', enveloped({ [VERSION]: '2026-07-28', [CAPABILITIES]: null })],
  ['a version that is a number', enveloped({ [VERSION]: 20260728, [CAPABILITIES]: {} })],
  ['a version in a list', enveloped({ [VERSION]: ['2026-07-28'], [CAPABILITIES]: {} })], ['a version null', enveloped({ [VERSION]: null, [CAPABILITIES]: {} })],
  ['_meta as text', enveloped('x')], ['_meta in a list', enveloped([])],
];
const of = (version: string): AskOptions => fresh(
  { 'mcp-protocol-version': version }, request('tools/call', { name: 'read_a', _meta: { [VERSION]: version, [CAPABILITIES]: {} } }),
);
const REVISIONS: Named = [
  ['a revision to come', of('2027-01-01')], ['a revision that never was', of('2026-07-29')], ['a revision far off', of('9999-99-99')], ['a draft', of('draft')],
  ['old: an unknown one', post(LIST, { 'mcp-protocol-version': '1999-01-01' })], ['old: a word', post(LIST, { 'mcp-protocol-version': 'latest' })],
  ['old: two', post(LIST, { 'mcp-protocol-version': ['2025-11-25', '2025-06-18'] })], ['old: an empty one', post(LIST, { 'mcp-protocol-version': '' })],
  ['old: with a path', post(LIST, { 'mcp-protocol-version': '2025-11-25/../x' })],
];

export const bodies: readonly Row[] = [
  ...refused('body-duplicate-key', DUPLICATES), ...refused('body-not-json', NO_JSON), ...refused('body-not-message', NO_MESSAGE),
  ...refused('body-too-deep', DEEP), ...refused('content-type-unsupported', TYPES),
  ...refused('header-mismatch', MISMATCHES), ...refused('envelope-invalid', ENVELOPES), ...refused('revision-not-served', REVISIONS),
  ...refused('body-not-json', [['an empty body to a stream of old', posted('', {}, `${NOTES}/message?sessionId=x`)]]),
];
