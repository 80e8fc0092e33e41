/** `servers.x.transform`: what may be changed, and what never. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnosticsOf, least, message, modelOf, pathOf, said } from './support.js';

const web = (transform: unknown): Readonly<Record<string, unknown>> => least({ servers: { web: { kind: 'http', image: 'web', transform } } });

/** Of MCP, of HTTP, and of what the gateway decides by or says itself. */
const FIXED = [
  'Mcp-Session-Id', 'MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Mcp-Param-Region', 'Last-Event-ID',
  'Host', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Expect', 'HTTP2-Settings', 'Proxy-Authorization',
  'Proxy-Authenticate', 'Proxy-Connection',
  'Content-Length', 'Content-Type', 'Content-Encoding', 'Accept', 'Accept-Encoding', 'Date', 'Vary',
  'Authorization', 'WWW-Authenticate', 'Cookie', 'Set-Cookie', 'Origin', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP',
  'X-Original-URL', 'X-Rewrite-URL',
  'Access-Control-Allow-Origin', 'X-Request-Id', 'X-Correlation-Id', 'traceparent', 'tracestate', 'X-Accel-Buffering', 'X-Accel-Redirect', 'X-Sendfile',
  'Alt-Svc', 'Clear-Site-Data', 'Strict-Transport-Security', 'NEL', 'Report-To', 'Location', 'Refresh',
  'X-Mcpgen-Caller', 'Mcpgen-Relay',
];
const FREE = [
  'X-Role', 'x-api-key', 'X-Tenant-Id', 'baggage', 'User-Agent', 'Server', 'Cache-Control', 'Hostname', 'Teapot', 'Dated', 'Acceptable', 'constructor',
];

describe('headers', () => {
  for (const way of ['request', 'response'] as const) {
    test(`of a ${way} that belong to something else cannot be changed`, () => {
      for (const name of FIXED) {
        for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
          const why = /belongs to MCP, to HTTP or to the gateway itself, and cannot be changed/;
          assert.match(message(web({ [way]: { set: { [spelling]: 'x' } } })), why, spelling);
          assert.match(message(web({ [way]: { remove: [spelling] } })), why, spelling);
        }
      }
    });
    test(`of a ${way}, all others`, () => {
      for (const name of FREE) {
        assert.deepEqual(said(web({ [way]: { set: { [name]: 'x' } } })), [], name);
        assert.deepEqual(said(web({ [way]: { remove: [name] } })), [], name);
      }
    });
  }

  test('a name is one', () => {
    for (const name of ['', 'x y', 'x:', 'x_role', 'é', 'x\n', '__proto__']) {
      assert.notDeepEqual(said(web({ request: { remove: [name] } })), [], name);
      // Zod leaves this one key out of every record.
      if (name !== '__proto__') assert.notDeepEqual(said(web({ request: { set: { [name]: 'x' } } })), [], name);
    }
  });

  test('a value is what Node sends and everybody reads', () => {
    for (const value of ['', 'a b\tc', '~!"']) assert.deepEqual(said(web({ request: { set: { x: value } } })), [], value);
    for (const value of ['a\nb', 'a\r', '\0', 'é', '€', '\x7f', '\x01']) {
      assert.match(message(web({ request: { set: { x: value } } })), /expected a header value: visible ASCII on one line/, JSON.stringify(value));
    }
  });

  test('a diagnostic names its place', () => {
    assert.deepEqual(diagnosticsOf(web({ response: { remove: ['x', 'Host'] } })).map(pathOf), ['servers.web.transform.response.remove.1']);
    assert.deepEqual(diagnosticsOf(web({ response: { redact: ['a', 'a['] } })).map(pathOf), ['servers.web.transform.response.redact.1']);
    assert.match(message(web({ response: { redact: ['a['] } })), /expected a JSON path below a result, such as .*; got "a\["/);
  });
});

test('nothing is changed unless it is said', () => {
  const nothing = { set: {}, remove: [] };
  assert.deepEqual(modelOf(least()).servers['web']?.transform, { request: { ...nothing, pass: [] }, response: { ...nothing, redact: [] } });
});
