import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderJson } from '#src/policy/render/json.js';
import type { Finding } from '#src/policy/types.js';

const FINDING: Finding = {
  code: 'MCP905',
  slug: 'suppression-expired',
  severity: 'error',
  securitySeverity: 4,
  at: 'policy.suppress.0.until',
  message: 'm',
  help: 'h',
  related: [],
  fix: null,
  artefacts: [{ file: 'compose/compose.yaml', line: 3 }],
  sensitive: false,
  fingerprint: 'abc',
  suppressed: null,
};
const NOWHERE = { file: null, line: null, column: null, endLine: null, endColumn: null, exact: false };
const places = new Map();
const located = { file: 'mcp.config.ts', line: 14, column: 5, endLine: 14, endColumn: 9, exact: true, frame: 'not for programs' };

test('the documented shape', () => {
  const text = renderJson({ reported: [{ finding: FINDING, located, places, environments: ['production'] }], rules: 20, milliseconds: 412 });
  assert.ok(text.endsWith('}\n'));
  assert.deepEqual(JSON.parse(text), {
    formatVersion: '1',
    findings: [
      {
        rule: 'MCP905',
        slug: 'suppression-expired',
        severity: 'error',
        securitySeverity: 4,
        message: 'm',
        help: 'h',
        docs: 'npx mcpgen explain MCP905',
        config: { path: 'policy.suppress.0.until', file: 'mcp.config.ts', line: 14, column: 5, endLine: 14, endColumn: 9, exact: true },
        related: [],
        fix: null,
        environments: ['production'],
        artefacts: [{ file: 'compose/compose.yaml', line: 3 }],
        fingerprint: 'abc',
        suppressed: null,
      },
    ],
    summary: { errors: 1, warnings: 0, infos: 0, suppressed: 0, rules: 20, milliseconds: 412 },
  });
});

test('suppressed findings are in the list, with their reason, and only there in the counts', () => {
  const suppressed = { reason: 'known', until: null, owner: 'web' };
  const document = JSON.parse(
    renderJson({ reported: [{ finding: { ...FINDING, suppressed }, located: null, places, environments: [] }], rules: 1, milliseconds: 1 }),
  );
  assert.deepEqual(document.findings[0].suppressed, suppressed);
  assert.deepEqual(document.summary, { errors: 0, warnings: 0, infos: 0, suppressed: 1, rules: 1, milliseconds: 1 });
});

test('without a place the path is still there', () => {
  const { config } = JSON.parse(
    renderJson({ reported: [{ finding: { ...FINDING, at: '' }, located: null, places, environments: [] }], rules: 1, milliseconds: 1 }),
  ).findings[0];
  assert.deepEqual(config, { path: '', ...NOWHERE });
});

test('related places and the edits of a fix say where they are, as the finding does', () => {
  const related = [{ at: 'servers.a.route', message: 'the other one' }];
  const edits = [{ at: 'origins.app', text: "'https://app.test'" }, { at: 'policy.suppress.0', text: null }];
  const { file, line, column, endLine, endColumn, exact } = located;
  const reported = {
    finding: { ...FINDING, related, fix: { title: 'put it right', edits } },
    located: null,
    places: new Map([['origins.app', { file, line, column, endLine, endColumn, exact }]]),
    environments: [],
  };
  const [finding] = JSON.parse(renderJson({ reported: [reported], rules: 1, milliseconds: 1 })).findings;
  assert.deepEqual(finding.related, [{ message: 'the other one', config: { path: 'servers.a.route', ...NOWHERE } }]);
  assert.deepEqual(finding.fix, {
    title: 'put it right',
    edits: [
      { text: "'https://app.test'", config: { path: 'origins.app', file, line, column, endLine, endColumn, exact } },
      { text: null, config: { path: 'policy.suppress.0', ...NOWHERE } },
    ],
  });
});
