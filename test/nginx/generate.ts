/** Requests as browsers, clients, scanners and attackers send them, from a seed. */
import type { Random } from '../support/random.js';

export interface Sent {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const METHODS = [
  'POST', 'POST', 'POST', 'POST', 'POST', 'POST', 'GET', 'GET', 'DELETE', 'OPTIONS', 'OPTIONS', 'HEAD', 'PUT', 'PATCH', 'PROPFIND', 'M-SEARCH',
];
const ODD_METHODS = ['TRACE', 'FOO', 'post', 'GE T', 'CONNECT', 'UNLINK', 'G_T'];

const ROUTES = [
  '/mcp/search', '/mcp/search', '/mcp/files', '/mcp/open', '/mcp/closed', '/Custom/Route-1.x', '/t/odd/route', '/mcp/search/sse', '/mcp/search/message',
  '/mcp/closed/sse', '/mcp/closed/message', '/old/sse', '/old/message', '/health/servers',
];
const PREFIXES = ['', '', '/t/acme', '/t/acme', '/t/umbra', '/t/zeta', '/t/ACME', '/t/nobody', '/t/', '/t', '/t/acme/t/umbra', '//t/acme', '/T/acme'];
const ODD_PATHS = [
  '/', '/mcp', '/mcp/', '/mcp/Search', '/MCP/search', '/mcp/search/', '/mcp/searching', '/mcp//search', '//mcp/search', '/mcp/./search',
  '/mcp/x/../search', '/mcp/search/..', '/mcp/search/.', '/mcp/.search', '/mcp/..search', '/mcp/%73earch', '/mcp%2fsearch', '/mcp/search%2f..',
  '/%2e%2e/mcp/search', '/mcp/search%', '/mcp/search%zz', '/mcp/search%00', '/..', '/../mcp/search', '/mcp/search;x=1', '/mcp/search#frag',
  '/mcp/search,', '/mcp/se\xe4rch', '/custom/route-1.x', '/Custom/Route-1yx', '/t/acme/', '/t/acme/health', '/:refusal', '/old', '/old/', '/old/SSE',
  '/old/sse/', '/mcp/files/sse', '/mcp/search/messages', '/mcp/search//sse', '/sse', '/message', '/health/Servers', '/health/servers/', '/health',
  '/health', '/health/live', '/health/ready', '/health/', '/health/x', '/Health', '/health//live', '/healthy', '*', 'mcp/search', '/mcp/search\\',
  '/mcp/"search"', "/mcp/$uri'{}", '/mcp/search|x', '/.well-known/x', '/favicon.ico',
  `/${'long/'.repeat(200)}`,
];
/** Documents for OAuth clients are below these. */
const WELL_KNOWN = [
  ...['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource'],
  ...['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resources', '/.Well-Known/oauth-protected-resource'],
];
const ENDS = ['', '', '/', '//', '/x'];
const QUERIES = ['', '', '', '', '?', '?a=b', '?path=%2f..%2f', '?sessionId=x', '?a=b&sessionId=', '?//', '?x?y', '?/../..'];
const AUTHORITIES = [
  'http://mcp.acme.test', 'http://MCP.acme.test:8080', 'https://mcp.acme.test', 'HTTP://mcp.acme.test', 'http://evil.test', 'http://mcp.acme.test.',
  'http://user@mcp.acme.test',
  'http://mcp_acme.test', 'http://[::1]', 'http://[v1.x]', 'http://localhost:1', 'ftp://mcp.acme.test', 'http://mcp.acme.test:',
  'http://mcp.acme.test:x', 'http://', 'http:mcp.acme.test', 'ws://mcp.acme.test',
];

const HOSTS = [
  'mcp.acme.test', 'mcp.acme.test', 'acme.acme.test', 'acme.acme.test', 'acme.acme.test', 'zeta.acme.test', 'mcp.acme.test:8088', 'MCP.Acme.Test',
  'mcp.acme.test.', 'mcp.acme.test.:443', 'mcp.acme.test:',
  'localhost', 'localhost:8088', '127.0.0.1', '127.0.0.1:8088', '[::1]', '[::1]:8088',
];
const ODD_HOSTS = [
  'evil.test', 'mcp.acme.test.evil.test', 'evilmcp.acme.test', 'xmcp.acme.test', 'x.mcp.acme.test', 'acme.test', '10.0.0.1', '[::2]', 'localhost.',
  'LOCALHOST', '127.0.0.2', 'localhost.evil.test', '',
  '\tmcp.acme.test', 'mcp.acme.test..', 'mcp..acme.test', '.', '.mcp.acme.test', 'mcp.acme.test/x', 'mcp.acme.test@evil.test',
  'evil.test@mcp.acme.test', 'mcp.acme.test:x', 'mcp.acme.test:1:2', 'mcp acme.test', 'mcp.acme.test,evil.test',
  '[v1.x]', '[::1', '::1', 'mcp.acme.test#', 'mcp.acme.test?', 'mcp.acme.test\\', '"mcp.acme.test"', 'mcp.acm\xe9.test', '*', '$host',
  'mcp%2eacme.test', '_', 'a'.repeat(300),
];

const ORIGINS = [
  'https://app.acme.test', 'https://app.acme.test', 'https://app.acme.test', 'https://admin.acme.test:8443', 'https://pr-7.preview.acme.test',
  'http://x.stage.acme.test:8080',
  'http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:3000', 'https://a.ngrok-free.app', 'https://a.b.ngrok.io', 'https://any.thing.example',
  'https://[2001:db8::1]:8443', 'chrome-extension://abcdefghijklmnop', 'Tauri://LocalHost', 'app://.',
];
const ODD_ORIGINS = [
  'null', 'NULL', '', 'https://evil.test', 'https://APP.acme.test', 'HTTPS://app.acme.test', 'https://app.acme.test:443', 'https://app.acme.test/',
  'http://app.acme.test', 'https://app.acme.test.evil.test',
  'https://evilapp.acme.test', 'https://app.acme.test:8443', 'https://admin.acme.test', 'https://app-acme.test', 'https://preview.acme.test',
  'https://a.b.preview.acme.test', 'https://.preview.acme.test',
  'https://xpreview.acme.test', 'https://pr.preview.acme.test:1', 'https://pr.previewXacme.test', 'http://pr.preview.acme.test',
  'http://x.stage.acme.test', 'http://x.stage.acme.test:80800', 'http://localhost',
  'http://localhost:0', 'http://localhost:99999', 'http://localhost:123456', 'https://localhost:1', 'http://localhost.evil.test',
  'http://localhost:5173.evil.test', 'http://127.0.0.2:1', 'http://[::1', 'http://[::2]:1',
  'https://ngrok-free.app', 'https://.ngrok.io', 'https://a.ngrok.io.evil.test', 'https://angrok.io', 'http://a.ngrok.io', 'https://a.ngrok.io:8443',
  'https://a..ngrok.io', 'https://any_thing.example', 'https://any.example|',
  '\thttps://app.acme.test', 'app|https://app.acme.test', '|', 'x|', 'https://app.acme.test,https://evil.test',
  'https://app.acme.test, https://app.acme.test', ',', 'https://app.acme.test https://x', 'file://', 'chrome-extension://abc',
  'tauri://localhost:1', 'tauri://localhost/', 'app://..', 'app://x',
  'https://xn--bcher-kva.example',
  'https://b\xfccher.example', '*', '$http_host', 'https://user@any.example', 'https://any.example?', `https://${'a'.repeat(400)}.example`,
  'https://-.example', 'allowed', 'absent',
];

const TYPES = [
  'application/json', 'application/json', 'application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/json ;x',
  '  application/json', 'application/json; charset="UTF-8"', 'application/json;x=y',
];
const ODD_TYPES = [
  'text/plain', 'application/jsonx', 'application/json-rpc', 'application/json, text/plain', 'json', '', ';application/json', 'application / json',
  'application/json; charset=utf-16', 'application/json;x;charset=utf-8', 'application/json;charset=utf-8;charset=x',
];
const BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const CHUNKED = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

/** Headers that some requests have. */
const EXTRAS: readonly (readonly [string, string])[] = [
  ['Expect', '100-continue'], ['Expect', '100-Continue'], ['Expect', 'something'], ['Expect', 'x, 100-continue'], ['Expect', 'x100-continue'],
  ['Connection', 'keep-alive'], ['Connection', 'close'], ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Upgrade', 'WebSocket'],
  ['Upgrade', 'h2c'], ['Accept', 'application/json, text/event-stream'], ['Mcp-Param-tenant_id', 'x'], ['X-Tenant', 'acme'],
  ['Authorization', 'Bearer nothing'],
  ['MCP-Protocol-Version', '2025-06-18'], ['MCP-Protocol-Version', '1999-01-01'], ['Mcp-Session-Id', 'x'], ['Cookie', 'a=b'], ['TE', 'trailers'],
];
/** Headers of proxies, which many requests have where a proxy is trusted. */
const FORWARDED: readonly (readonly [string, string])[] = [
  ['X-Forwarded-Host', 'mcp.acme.test'], ['X-Forwarded-Host', 'evil.test'], ['X-Forwarded-Host', 'acme.acme.test:443'], ['X-Forwarded-Host', 'a b'],
  ['X-Forwarded-Host', ''], ['X-Forwarded-Host', 'app.acme.test'],
  ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Proto', 'http'], ['X-Forwarded-Proto', ''], ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-For', '203.0.113.7'], ['X-Forwarded-For', 'nonsense, 10.0.0.1'], ['X-Forwarded-Port', '443'],
];

export interface Likelihoods {
  /** The chance of one more X-Forwarded-* header. */
  readonly forwarded: number;
  /** The chance of a target in absolute form. */
  readonly absolute: number;
  /** Large bodies are declared to be larger than this number of bytes. */
  readonly largeBody: number;
}

export function generate(random: Random, options: Likelihoods): Sent {
  return random.chance(0.35) ? requestWithAnyOrigin(random) : anything(random, options);
}

/** A request in which all but the origin is in order, so that the origin decides. */
function requestWithAnyOrigin(random: Random): Sent {
  const origin = random.pick(random.chance(0.4) ? ORIGINS : ODD_ORIGINS);
  const headers: [string, string][] = [['Host', 'acme.acme.test'], ['Origin', origin]];
  const target = random.pick(['', '/t/acme']) + random.pick(ROUTES);
  const version = 'HTTP/1.1';
  if (random.chance(0.15)) {
    const preflight: [string, string][] = random.chance(0.4) ? [['Access-Control-Request-Method', 'GET']] : [];
    const method = preflight.length > 0 ? 'OPTIONS' : random.pick(['GET', 'GET', 'HEAD', 'DELETE', 'OPTIONS']);
    return { method, target: documentPath(random, target), version, headers: [...headers, ...preflight], body: '' };
  }
  if (/sse$|servers$/.test(target)) return { method: random.pick(['GET', 'GET', 'HEAD']), target, version, headers, body: '' };
  if (random.chance(0.2)) return { method: 'OPTIONS', target, version, headers: [...headers, ['Access-Control-Request-Method', 'POST']], body: '' };
  headers.push(['Content-Type', 'application/json'], ['Content-Length', String(BODY.length)]);
  return { method: 'POST', target, version, headers, body: BODY };
}

function anything(random: Random, options: Likelihoods): Sent {
  const method = random.chance(0.96) ? random.pick(METHODS) : random.pick(ODD_METHODS);
  const origin = random.chance(0.4) ? null : random.chance(0.6) ? random.pick(ORIGINS) : random.pick(ODD_ORIGINS);
  const headers: [string, string][] = [...hostHeaders(random)];
  if (origin !== null) headers.push([random.pick(['Origin', 'origin', 'ORIGIN']), origin]);
  if (origin !== null && random.chance(0.03)) headers.push(['Origin', random.pick([...ORIGINS, ...ODD_ORIGINS])]);
  if (random.chance(method === 'OPTIONS' ? 0.8 : 0.05))
    headers.push(['Access-Control-Request-Method', random.pick(['POST', 'POST', 'POST', 'DELETE', 'x', ''])]);
  const { framing, body } = framed(random, method, options.largeBody);
  headers.push(...framing);
  while (random.chance(0.12)) headers.push([...random.pick(EXTRAS)] as [string, string]);
  while (random.chance(options.forwarded)) headers.push([...random.pick(FORWARDED)] as [string, string]);
  return { method, target: targetOf(random, options.absolute), version: random.chance(0.98) ? 'HTTP/1.1' : 'HTTP/1.0', headers, body };
}

function hostHeaders(random: Random): [string, string][] {
  const host = random.chance(0.8) ? random.pick(HOSTS) : random.pick(ODD_HOSTS);
  if (random.chance(0.02)) return [];
  return random.chance(0.02) ? [['Host', host], ['Host', random.pick([host, ...HOSTS])]] : [['Host', host]];
}

function documentPath(random: Random, path: string): string {
  return random.pick(WELL_KNOWN) + (random.chance(0.2) ? '' : path) + random.pick(ENDS);
}

function targetOf(random: Random, absolute: number): string {
  const asked = random.chance(0.7) ? random.pick(PREFIXES) + random.pick(ROUTES) : random.pick(ODD_PATHS);
  const path = (random.chance(0.1) ? documentPath(random, asked) : asked) + random.pick(QUERIES);
  if (!random.chance(absolute)) return path;
  return random.pick(AUTHORITIES) + random.pick(['', '?x=1', path, path, path, path]);
}

function framed(random: Random, method: string, largeBody: number): { readonly framing: [string, string][]; readonly body: string } {
  if (method !== 'POST' && !random.chance(0.1)) return { framing: [], body: '' };
  const framing: [string, string][] = [['Content-Type', random.chance(0.9) ? random.pick(TYPES) : random.pick(ODD_TYPES)]];
  if (random.chance(0.05)) framing.length = 0;
  const kind = random.next();
  if (kind < 0.05) return { framing: [...framing, ['Content-Length', String(largeBody + 1 + random.below(1e9))]], body: '' };
  if (kind < 0.15) return { framing: [...framing, ['Transfer-Encoding', random.pick(['chunked', 'Chunked'])]], body: CHUNKED };
  if (kind < 0.17) {
    const coding = random.pick(['chunked', 'gzip', 'gzip, chunked', 'identity']);
    return { framing: [...framing, ['Transfer-Encoding', coding], ['Content-Length', String(BODY.length)]], body: BODY };
  }
  if (kind < 0.18) return { framing: [...framing, ['Content-Length', random.pick(['x', '-1', '+5', '1e3', '', '0x10'])]], body: BODY };
  return { framing: [...framing, ['Content-Length', String(BODY.length)]], body: BODY };
}

export function bytesOf({ method, target, version, headers, body }: Sent): string {
  return `${method} ${target} ${version}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
