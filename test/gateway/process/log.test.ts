/** Lines of the log. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLog, quoted } from '#src/gateway/runtime/process/log.js';

describe('log', () => {
  test('one line for each event, whatever is in it', () => {
    const lines: string[] = [];
    const log = createLog('gw', 'info', (line) => lines.push(line));
    const event = 'Origin validation failed for: x\r\n{"level":"error"}';
    log('info', event, { tool: 'a\nb\u2028\u0000\u001b[31m"', nothing: undefined });
    log('debug', 'not said');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^[^\n\r\u0000-\u001f]+\n$/);
    const { timestamp, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, { level: 'info', service: 'gw', event, tool: 'a\nb\u2028\u0000\u001b[31m"' });
  });

  test('a line that comes as text is the same line', () => {
    const lines: string[] = [];
    const log = createLog('gw', 'info', (line) => lines.push(line));
    for (const tool of ['add', 'a/b.c:d-e', '', 'a"b\\c', 'a\nb\u2028\u0000\u001b[31m"', '\ud800', 'ä']) {
      log('info', 'request', { tool, status: 200, reason: null });
      log.text('info', 'request', `"tool":${quoted(tool)},"status":200,"reason":${quoted(null)}`);
      const [wanted, found] = lines.splice(0).map((line) => line.replace(/"timestamp":"[^"]*"/, ''));
      assert.equal(found, wanted);
    }
    log.text('debug', 'request', '"a":1');
    assert.deepEqual(lines, []);
  });

  test('field-36d nothing in a line that a terminal or a viewer acts on', () => {
    const lines: string[] = [];
    const log = createLog('gw', 'info', (line) => lines.push(line));
    const acting = [0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x61c, 0x200b, 0x200e, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff];
    const tool = `a${acting.map((code) => String.fromCharCode(code)).join('b')}ü`;
    log('info', tool, { tool });
    log.text('info', 'request', `"tool":${quoted(tool)}`);
    for (const line of lines) {
      assert.match(line, /^[ -~ü]*\n$/);
      assert.equal((JSON.parse(line) as Record<string, unknown>)['tool'], tool);
    }
  });

  test('without fields a line ends behind its event', () => {
    const lines: string[] = [];
    createLog('gw', 'info', (line) => lines.push(line))('info', 'stopped');
    assert.match(lines[0] ?? '', /"event":"stopped"\}\n$/);
  });
});
