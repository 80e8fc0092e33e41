/** Paths that some hop would read as another, paths that look like one, and methods. */
import { as } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { HOST, LIST, NOTES, post, posted } from './stand.js';

const each = (paths: Readonly<Record<string, string>>): Named => Object.entries(paths).map(([name, path]) => [name, post(LIST, {}, path)]);

const NOT_LITERAL = each({
  'up to another server': '/mcp/notes/../vault', 'up and out': '/../mcp/notes', 'up at the end': '/mcp/notes/..', 'here': '/mcp/./notes',
  'here at the end': '/mcp/notes/.', 'two slashes': '/mcp//notes', 'two slashes first': '//mcp/notes',
  'two slashes last': '/mcp/notes//', 'a percent sign': '/mcp/%6eotes', 'a percent slash': '/mcp%2fnotes', 'a percent dot': '/mcp/%2e%2e/vault',
  'percent up': '/mcp/notes%2f..%2fvault', 'twice percent': '/mcp/%252e%252e/vault',
  'percent NUL': '/mcp/notes%00', 'percent line break': '/mcp/notes%0d%0aX-Tenant:%20globex', 'percent question mark': '/mcp/notes%3fx',
  'percent hash': '/mcp/notes%23', 'overlong UTF-8': '/mcp/%c0%ae%c0%ae/vault', 'percent of 16 bits': '/mcp/%u002e%u002e/vault',
  'a broken percent': '/mcp/notes%', 'another broken percent': '/mcp/notes%zz', 'the tenant of another, up': '/t/globex/../../mcp/notes',
  'a tenant in percent': '/t/%67lobex/mcp/vault', 'a tenant up': '/t/acme/../globex/mcp/vault',
  'a tenant and two slashes': '/t/globex//mcp/vault', 'health, up': '/health/../mcp/notes', 'health and two slashes': '//health',
  'well-known, up': '/.well-known/../mcp/notes', 'well-known in percent': '/%2ewell-known/oauth-protected-resource',
  'metadata, up': '/.well-known/oauth-protected-resource/../../mcp/notes', 'an absolute target, up': `http://${HOST}/mcp/../mcp/notes`,
});

const UNKNOWN = each({
  'capitals': '/MCP/notes', 'a capital': '/mcp/Notes', 'a slash behind': '/mcp/notes/', 'more behind': '/mcp/notes/x', 'less': '/mcp/note',
  'a semicolon': '/mcp/notes;x=1', 'a session in the path': '/mcp/notes;jsessionid=1',
  'a backslash': '/mcp\\notes', 'a backslash up': '/mcp/notes\\..\\vault', 'three dots': '/mcp/.../notes', 'a dot before': '/mcp/.notes', 'the root': '/',
  'the folder': '/mcp', 'the folder with a slash': '/mcp/', 'a name of objects': '/__proto__',
  'another of objects': '/constructor', 'a tenant of objects': '/t/__proto__/mcp/notes', 'an unknown tenant': '/t/nobody/mcp/notes',
  'a tenant in capitals': '/t/ACME/mcp/notes', 'no tenant': '/t//mcp/notes'.replace('//', '/'), 'two tenants': '/t/acme/t/globex/mcp/vault',
  'T': '/T/acme/mcp/notes',
  'a tenant that has no path': '/t/walled/mcp/notes', 'an unknown server': '/mcp/secrets', 'health of old': '/healthz', 'health with more': '/health/x',
  'health in capitals': '/Health', 'metrics': '/metrics', 'config': '/config', 'stats': '/gateway/stats', 'breakers': '/circuit-breakers',
  'docs': '/docs', 'openapi': '/openapi.json', 'environment': '/.env', 'git': '/.git/config', 'admin': '/admin', 'the proxy’s own': '/:refusal',
  'a percent in the query only': '/nothing?%2e%2e', 'sse of no server': '/sse', 'message of no server': '/message',
  'metadata of nothing': '/.well-known/oauth-protected-resource/mcp/secrets',
  'metadata of an unknown tenant': '/.well-known/oauth-protected-resource/t/nobody/mcp/notes',
  'metadata in capitals': '/.Well-Known/oauth-protected-resource/mcp/notes',
  'metadata behind the route': '/mcp/notes/.well-known/oauth-protected-resource', 'metadata with more': '/.well-known/oauth-protected-resources/mcp/notes',
  'metadata of a stream’s messages': '/.well-known/oauth-protected-resource/mcp/notes/message',
  'metadata without a route, of several': '/.well-known/oauth-protected-resource', 'a mirror of several': '/.well-known/oauth-authorization-server',
  'OpenID': '/.well-known/openid-configuration', 'keys': '/.well-known/jwks.json', 'security.txt': '/.well-known/security.txt',
});

const asked = (method: string, path = NOTES, headers: AskOptions['headers'] = {}): AskOptions => ({
  method, path, headers: { host: HOST, ...as('acme'), ...headers },
});
const METHODS: Named = [
  ...[
    'PUT', 'PATCH', 'HEAD', 'PROPFIND', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'SEARCH', 'TRACE', 'PURGE', 'LINK', 'REPORT', 'M-SEARCH',
  ].map((method) => [method, asked(method)] as const),
  ['OPTIONS without a page', asked('OPTIONS')],
  ['OPTIONS of everything', { ...asked('OPTIONS', '/mcp/notes'), headers: { host: HOST, 'access-control-request-method': 'POST' } }],
  ['PUT with a body', { ...posted(JSON.stringify(LIST)), method: 'PUT' }],
  ['PUT that says it is POST', { ...posted(JSON.stringify(LIST), { 'x-http-method-override': 'POST' }), method: 'PUT' }],
  ['PATCH that says it is POST', { ...posted(JSON.stringify(LIST), { 'x-method-override': 'POST' }), method: 'PATCH' }],
  ['HEAD that says it is POST', asked('HEAD', NOTES, { 'x-http-method': 'POST' })],
  ['POST to a stream of old', post(LIST, {}, `${NOTES}/sse`)], ['GET of messages of old', asked('GET', `${NOTES}/message`)],
  ['DELETE of messages of old', asked('DELETE', `${NOTES}/message?sessionId=x`)], ['DELETE of a stream of old', asked('DELETE', `${NOTES}/sse`)],
  ['POST to health', post(LIST, {}, '/health')], ['DELETE of health', asked('DELETE', '/health/live')],
  ['POST to health of servers', post(LIST, {}, '/health/servers')], ['POST to metadata', post(LIST, {}, '/.well-known/oauth-protected-resource/mcp/notes')],
  ['DELETE of metadata', asked('DELETE', '/.well-known/oauth-protected-resource/mcp/notes')],
  ['a tunnel', `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a tunnel to a server', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n'],
];
const START = `Host: ${HOST}\r\nAuthorization: ${as('acme').authorization}\r\nContent-Length: 0\r\n\r\n`;
const TEXT = JSON.stringify(LIST);
const WHOLE = `Host: ${HOST}\r\nAuthorization: ${as('acme').authorization}\r\nContent-Type: application/json\r\nContent-Length: ${TEXT.length}\r\n\r\n${TEXT}`;
const NO_METHOD: Named = [
  ['a method that is not known', `BREW ${NOTES} HTTP/1.1\r\n${START}`], ['a method in small letters', `post ${NOTES} HTTP/1.1\r\n${START}`],
  ['a method with a blank', `PO ST ${NOTES} HTTP/1.1\r\n${START}`],
  ['no method', ` ${NOTES} HTTP/1.1\r\n${START}`], ['a method with a NUL', `PO\0ST ${NOTES} HTTP/1.1\r\n${START}`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], ['HTTP/3', `POST ${NOTES} HTTP/3.0\r\n${START}`],
  ['HTTP/1.2', `POST ${NOTES} HTTP/1.2\r\n${START}`],
  ...['', ' HTTP/0.9', ' HTTP/2.0', ' HTTP/1.1 x', ' http/1.1', ' HTTP/01.1'].map(
    (version) => [`the version "${version}"`, `POST ${NOTES}${version}\r\n${WHOLE}`] as const,
  ),
   ['TLS', Buffer.from('16030100a5010000a10303', 'hex')], ['a blank in the target', `POST /mcp/no tes HTTP/1.1\r\n${START}`],
   ['a NUL in the target', `POST /mcp/notes\0 HTTP/1.1\r\n${START}`],
];

export const paths: readonly Row[] = [
  ...refused('path-not-literal', NOT_LITERAL), ...refused('unknown-route', UNKNOWN), ...refused('method-not-allowed', METHODS),
  ...refused('malformed-request', NO_METHOD),
  ...refused('upgrade-unsupported', [
    ['a WebSocket', asked('GET', NOTES, { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' })],
    ['one among others', asked('GET', NOTES, { connection: 'upgrade', upgrade: 'h2c, WebSocket' })],
  ]),
  ...refused(
    'expectation-unsupported',
    [['another expectation', post(LIST, { expect: 'miracles' })], ['an expectation of 100 and more', post(LIST, { expect: '200-ok' })]],
  ),
];
