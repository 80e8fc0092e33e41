import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { $, literally, mapKey, mapPattern, network, serverName, size, template, text, TokenError, when, word } from '#src/emit/nginx/tokens.js';
import { token } from '#src/emit/nginx/print.js';

describe('nginx tokens', () => {
  it('stand without quotes where they can, and otherwise in the quotes that need fewer escapes', () => {
    assert.deepEqual(
      [
        ...[word('8m'), text('upstream.conf'), text('no space'), text(''), text('{"a":1}'), text('it’s'), text(`"'`)],
        ...[text('a\\n'), text('a\\d'), text('a\\')],
      ].map(token),
      ['8m', 'upstream.conf', '"no space"', '""', `'{"a":1}'`, '"it’s"', `"\\"'"`, '"a\\\\n"', '"a\\d"', '"a\\\\"'],
    );
  });

  it('keep variables apart from the text behind them', () => {
    const templates = [template($('scheme'), '://', $('mcp_host'), ':8443'), template($('status'), '0'), template($('status'), $('request_id'))];
    assert.deepEqual(templates.map(token), ['$scheme://$mcp_host:8443', '"${status}0"', '$status$request_id']);
  });

  it('keep nginx from reading a key of a map as a pattern or a reserved word', () => {
    const keys = ['app|https://x', 'default', '~x', '\\x', 'Volatile'];
    assert.deepEqual(keys.map((value) => token(mapKey(value))), ['"app|https://x"', '"\\default"', '"\\~x"', '"\\\\\\x"', 'Volatile']);
  });

  it('quote patterns, whose dollars are no variables', () => {
    assert.equal(token(mapPattern(`^/mcp/${literally('a.b')}$`)), '"~^/mcp/a\\.b$"');
  });

  for (const [what, make] of Object.entries({
    'a bare word': (value: string) => word(value),
    'text': (value: string) => text(`a${value}b`),
    'a key': (value: string) => mapKey(`a${value}b`),
    'a pattern': (value: string) => mapPattern(literally(`a${value}b`)),
  })) {
    it(`${what} takes no control character`, () => {
      for (const bad of ['\n', '\r', '\0', '\t', '\x7f']) assert.throws(() => make(bad), TokenError);
    });
  }

  it('a bare word takes no character that ends a token or opens a block', () => {
    for (const bad of ['', ' ', ';', '{', '}', '"', "'", '\\', '$', '#', '(', 'a b', 'a;b']) assert.throws(() => word(bad), TokenError);
  });

  it('a literal text has no dollar, because nginx has no escape for it', () => assert.throws(() => text('a$b'), TokenError));
  it('no token is longer than nginx reads', () => assert.throws(() => text('x'.repeat(5000)), TokenError));
  it('a pattern must be a valid regular expression', () => assert.throws(() => mapPattern('('), SyntaxError));
  it('a condition compares with a word', () => {
    assert.equal(token(when('mcp_status', '404')), '($mcp_status = 404)');
    assert.throws(() => when('mcp_status', '404) { return 200'), TokenError);
  });

  it('server names and networks take no other text', () => {
    for (const bad of ['*.acme.test', '.acme.test', '~x', 'a b', '', 'A.test', 'a;b']) assert.throws(() => serverName(bad), TokenError);
    for (const bad of ['10.0.0.0/33', '10.0.0', 'all', '10.0.0.0/8;', '::/129', '', '10.0.0.0/8/8']) assert.throws(() => network(bad), TokenError);
  });

  it('sizes are exact', () => {
    const sizes = [4 * 2 ** 20, 16_384, 1000, 1_500_000].map((bytes) => size(bytes).value);
    assert.deepEqual(sizes, ['4m', '16k', '1000', '1500000']);
  });
});
