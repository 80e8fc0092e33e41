/** Hosts, targets and what hops say of them. */
import { as } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { HOP, HOST, LIST, NOTES, post, VAULT } from './stand.js';

const asked = (
  host: string | readonly string[] | null, path = NOTES, headers: AskOptions['headers'] = {},
): AskOptions => post(LIST, { host, ...headers }, path);
const KEY = as('acme').authorization;
const absolute = (authority: string, scheme = 'http'): string => `${scheme}://${authority}${NOTES}`;
/** A host that is not served, and a header that says another. */
const otherwise = (headers: AskOptions['headers']): AskOptions => asked('evil.example', NOTES, headers);

const UNKNOWN_HOSTS: Named = [
  ['another host', asked('evil.example')], ['ours as the beginning', asked(`${HOST}.evil.example`)], ['ours as the end', asked(`evil${HOST}`)],
  ['a name below ours', asked(`x.${HOST}`)], ['the domain of ours', asked('example.com')],
  ['a loopback address that is not the usual one', asked('127.0.0.2')], ['any address', asked('0.0.0.0')], ['any address of IPv6', asked('[::]')],
  ['loopback as a number', asked('2130706433')], ['loopback in hex', asked('0x7f000001')], ['loopback in short', asked('127.1')],
  ['loopback mapped into IPv6', asked('[::ffff:127.0.0.1]')], ['loopback as a name of others', asked('localhost.evil.example')],
  ['a name of cloud metadata', asked('169.254.169.254')], ['a percent sign', asked('mcp%2eexample.com')], ['punycode', asked('xn--mcp-example-com.example')],
  ['an underscore', asked('mcp_example.com')], ['a wildcard', asked('*.example.com')], ['two dots at the end', asked(`${HOST}..`)],
  ['a name of objects', asked('__proto__')], ['a name of another server here', asked('notes')],
  ['two hosts in one', asked(`${HOST},evil.example`)],
  ['an absolute target', asked(HOST, absolute('evil.example'))], ['an absolute target of https', asked(HOST, absolute('evil.example', 'https'))],
  ['an absolute target in capitals', asked(HOST, absolute('EVIL.example', 'HTTP'))],
  ['an absolute target with our port', asked(HOST, absolute('evil.example:443'))],
  ['an absolute target that ends in ours', asked(HOST, absolute(`evil.${HOST}`))],
];

const MALFORMED: Named = [
  ['no host', asked(null)], ['an empty host', asked('')], ['a host with a path', asked(`${HOST}/x`)], ['a user before the host', asked(`evil@${HOST}`)],
  ['ours as the user', asked(`${HOST}@evil.example`)], ['a port of letters', asked(`${HOST}:x`)], ['two ports', asked(`${HOST}:80:80`)],
  ['a blank inside', asked('mcp example.com')], ['a backslash', asked(`${HOST}\\.evil.example`)], ['quotes', asked(`"${HOST}"`)],
  ['letters beyond ASCII', asked('mcp.ex\xe4mple.com')], ['a hash', asked(`${HOST}#.evil.example`)], ['a question mark', asked(`${HOST}?`)],
  ['a bare address of IPv6', asked('::1')], ['an open bracket', asked('[::1')], ['a zone', asked('[fe80::1%25eth0]')], ['only a port', asked(':443')],
  ['an absolute target with a user', asked(HOST, absolute(`${HOST}@evil.example`))], ['an absolute target without a host', asked(HOST, `http://${NOTES}`)],
  ['another scheme', asked(HOST, absolute(HOST, 'ftp'))], ['a scheme of files', asked(HOST, `file://${NOTES}`)],
  ['a target of scripts', asked(HOST, 'javascript:1')],
  ['a relative target', asked(HOST, 'mcp/notes')], ['an authority as the target', asked(HOST, `${HOST}:443`)],
  ['an absolute target in place of a missing host', asked(null, absolute(HOST))],
];

const REPEATED: Named = [
  ['two hosts', asked([HOST, 'evil.example'])], ['two hosts, the good one last', asked(['evil.example', HOST])], ['the same host twice', asked([HOST, HOST])],
  ['two hosts in two cases', `POST ${NOTES} HTTP/1.1\r\nHost: ${HOST}\r\nHOST: evil.example\r\nAuthorization: ${KEY}\r\nContent-Length: 0\r\n\r\n`],
];

/** What a peer says that is no hop of ours. */
const SAID_BY_NOBODY: Named = [
  ['X-Forwarded-Host', otherwise({ 'x-forwarded-host': HOST })], ['it twice', otherwise({ 'x-forwarded-host': [HOST, HOST] })],
  ['X_Forwarded_Host', otherwise({ x_forwarded_host: HOST })], ['Forwarded', otherwise({ forwarded: `host=${HOST};proto=https` })],
  ['X-Host', otherwise({ 'x-host': HOST })], ['X-Original-Host', otherwise({ 'x-original-host': HOST })],
  ['X-Forwarded-Server', otherwise({ 'x-forwarded-server': HOST })], ['X-HTTP-Host-Override', otherwise({ 'x-http-host-override': HOST })],
  ['X-Rewrite-URL', otherwise({ 'x-rewrite-url': `https://${HOST}${NOTES}` })], ['X-Backend-Host', otherwise({ 'x-backend-host': HOST })],
];

/** A trusted hop is believed, but not what it cannot know. */
const SAID_BY_A_HOP: Named = [
  ['another host by a hop', asked(HOST, NOTES, { 'x-forwarded-host': 'evil.example' })],
  ['ours as its end', asked(HOST, NOTES, { 'x-forwarded-host': `evil${HOST}` })],
  // A browser on that machine chooses every header but Host (DNS rebinding).
  ['ours beside a host that is not served, by a loopback peer', otherwise({ 'x-forwarded-host': HOST })],
];

const NO_AUTHORITY: Named = [
  ['two by a hop, in one', asked(HOST, NOTES, { 'x-forwarded-host': `${HOST}, evil.example` })],
  ['two by a hop, in two', asked(HOST, NOTES, { 'x-forwarded-host': [HOST, 'evil.example'] })],
  ['a path by a hop', asked(HOST, NOTES, { 'x-forwarded-host': `${HOST}/x` })],
  ['a user by a hop', asked(HOST, NOTES, { 'x-forwarded-host': `evil@${HOST}` })],
];

/** Nothing that a header says of the path is the path. */
const NO_ROUTE: Named = [
  ['X-Original-URL', post(LIST, { 'x-original-url': NOTES }, '/nothing')], ['X-Rewrite-URL', post(LIST, { 'x-rewrite-url': NOTES }, '/nothing')],
  ['X-Forwarded-Prefix', post(LIST, { 'x-forwarded-prefix': '/mcp' }, '/notes')], ['X-Forwarded-Path', post(LIST, { 'x-forwarded-path': NOTES }, '/')],
  ['X-Forwarded-Uri', post(LIST, { 'x-forwarded-uri': NOTES }, '/')], ['X-Original-URI', post(LIST, { 'x-original-uri': NOTES }, '/nothing')],
];
const NOT_GRANTED: Named = [
  ['X-Original-URL of what is granted', post(LIST, { 'x-original-url': NOTES }, VAULT)],
  ['X-Forwarded-Prefix of another tenant', post(LIST, { 'x-forwarded-prefix': '/t/globex' }, VAULT)],
  ['X-Forwarded-Host of another tenant', post(LIST, { 'x-forwarded-host': 'globex.example.com' }, VAULT)],
];

export const hosts: readonly Row[] = [
  ...refused('unknown-host', UNKNOWN_HOSTS),
  ...refused('malformed-request', MALFORMED),
  ...refused('repeated-header', REPEATED),
  ...refused('unknown-host', SAID_BY_NOBODY),
  ...refused('unknown-host', SAID_BY_A_HOP, { from: HOP }),
  ...refused('malformed-request', NO_AUTHORITY, { from: HOP }),
  ...refused('unknown-route', NO_ROUTE),
  ...refused('server-not-granted', NOT_GRANTED),
];
