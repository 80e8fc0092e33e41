/** The admin listener, whose tokens are its own and whose callers come from one address here. */
import { as, secretValue } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { HOP, LIST, NOTES, type Stand } from './stand.js';

type Headers = Readonly<Record<string, string>>;
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
const READ = bearer(secretValue('READ_TOKEN'));
const WRITE = bearer(secretValue('WRITE_TOKEN'));
const RESET = '/circuit-breakers/reset';
const reset = (headers: Headers, body: string | undefined = undefined, path = RESET): AskOptions => ({
  method: 'POST', path, headers, ...(body === undefined ? {} : { body }),
});

const NONE: Named = [
  ...['/metrics', '/config', '/gateway/stats', '/circuit-breakers'].map((path) => [path, { path }] as const), ['resetting', reset({})],
  ['a guess', { path: '/config', headers: bearer('guess') }], ['the key of a client', { path: '/config', headers: as('acme') }],
  ['the key of sessions', { path: '/config', headers: bearer(secretValue('SESSION_KEY')) }],
  ['half a token', { path: '/config', headers: bearer(secretValue('READ_TOKEN').slice(0, -1)) }],
  ['a token in capitals', { path: '/config', headers: bearer(secretValue('READ_TOKEN').toUpperCase()) }],
  ['a token in X-Api-Key', { path: '/config', headers: { 'x-api-key': secretValue('READ_TOKEN') } }],
  ['a token in the query', { path: `/config?token=${secretValue('READ_TOKEN')}` }],
  ['Basic', { path: '/config', headers: { authorization: `Basic ${Buffer.from(`a:${secretValue('READ_TOKEN')}`).toString('base64')}` } }],
  ['an operator by X-User', { path: '/config', headers: { 'x-user': 'admin', 'x-admin': 'true', 'x-forwarded-user': 'admin' } }],
  ['loopback by its name', { path: '/config', headers: { host: '127.0.0.1' } }],
  ['a page', { path: '/config', headers: { origin: 'http://localhost:3000' } }], ['another method without a token', { method: 'DELETE', path: '/config' }],
  ['resetting by a guess', reset(bearer('guess'))], ['two tokens in one', { path: '/config', headers: bearer(`x ${secretValue('READ_TOKEN')}`) }],
];
const NO_PAGE: Named = [
  '/', '/mcp/notes', '/admin', '/health', '/config/', '//config', '/config/../config', '/%63onfig', '/CONFIG', '/metrics.json', '/gateway', '/gateway/register',
  '/config/origin', '/config/origin/add', '/debug/pprof', '/.env', '/circuit-breakers/', '/__proto__',
].map((path) => [path, { path, headers: WRITE }] as const);
const OTHER_METHODS: Named = [
  ['POST of the config', { method: 'POST', path: '/config', headers: READ }], ['DELETE of the metrics', { method: 'DELETE', path: '/metrics', headers: READ }],
  ['PUT of the config', { method: 'PUT', path: '/config', headers: WRITE }], ['GET of a change', { path: RESET, headers: WRITE }],
  ['TRACE', { method: 'TRACE', path: '/config', headers: READ }],
  ['OPTIONS', { method: 'OPTIONS', path: '/config', headers: { ...READ, origin: 'https://evil.example', 'access-control-request-method': 'GET' } }],
];
const BODIES: Named = [
  ['no JSON', reset(WRITE, 'server=notes')], ['a list', reset(WRITE, '["notes"]')], ['another key', reset(WRITE, '{"servers":"notes"}')],
  ['a number', reset(WRITE, '{"server":1}')], ['null', reset(WRITE, 'null')], ['a key in capitals', reset(WRITE, '{"Server":"notes"}')],
  ['two documents', reset(WRITE, '{}{}')], ['an instance in a list', reset(WRITE, '{"instance":["x"]}')],
];

const where = { door: 'admin' } as const;
const SPOOFED: Named = [
  ['another address', { path: '/config', headers: READ }],
  ['one that says it is allowed', { path: '/config', headers: { ...READ, 'x-forwarded-for': '10.40.0.1' } }],
  [
    'one that says it is this machine',
    { path: '/config', headers: { ...READ, 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' } },
  ],
  ['a change from there', reset(WRITE)],
];
const BY_A_HOP: Named = [
  ['a hop that says nothing', { path: '/config', headers: READ }],
  ['what a hop heard', { path: '/config', headers: { ...READ, 'x-forwarded-for': '10.40.0.1, 203.0.113.9' } }],
  ['the next network', { path: '/metrics', headers: { ...READ, 'x-forwarded-for': '10.41.0.1' } }],
];

/** What operators may do is nowhere on the public listener: their tokens are no keys there, and their pages no routes. */
const PUBLIC: Named = ['/metrics', '/config', '/gateway/stats', '/circuit-breakers', RESET].map(
  (path) => [`public ${path}`, { path, headers: { host: 'localhost', ...WRITE } }] as const,
);

export const operators = (_stand: Stand): readonly Row[] => [
  ...refused('credentials-missing', NONE, where), ...refused('unknown-route', NO_PAGE, where), ...refused('method-not-allowed', OTHER_METHODS, where),
  ...refused('body-malformed', BODIES, where), ...refused('token-may-read', [['resetting by a token that reads', reset(READ)]], where),
  ...refused('query-unsupported', [['names in the query', reset(WRITE, '', `${RESET}?server=notes`)]], where),
  ...refused('body-too-large', [['a long body', reset(WRITE, `{"server":"${'x'.repeat(5000)}"}`)]], where),
  ...refused('address-not-allowed', SPOOFED, { ...where, from: '127.0.0.8' }), ...refused('address-not-allowed', BY_A_HOP, { ...where, from: HOP }),
  ...refused('unknown-route', PUBLIC),
  ...refused('credentials-invalid', [['a token of operators for a server', { path: NOTES, message: LIST, headers: { host: 'localhost', ...WRITE } }]]),
];
