/** More than there is room for: bodies above 64 kB, heads above 32 kB, and what is long within them. */
import { as } from '../../support/gateway.js';
import { refused, type Named, type Row } from './rows.js';
import { bearing, call, HOST, LIST, NOTES, post, posted, SCOPED } from './stand.js';

const LONG = 'x'.repeat(40_000);
const KB = 1024;
const HEADS: Named = [
  ['a long header', post(LIST, { 'x-a': LONG })], ['a long name of one', post(LIST, { [LONG]: 'x' })],
  ['many headers', post(LIST, Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x-${i}`, 'abcdefgh'])))],
  ['a long target', post(LIST, {}, `${NOTES}?${LONG}`)], ['a long path', post(LIST, {}, `/${LONG}`)],
  ['a long host', post(LIST, { host: `${LONG}.example.com` })],
  ['a long origin', post(LIST, { origin: `https://${LONG}` })], ['a long cookie', post(LIST, { cookie: LONG })],
  ['a long credential', post(LIST, bearing(LONG))], ['a long key', post(LIST, { authorization: null, 'x-api-key': LONG })],
  ['a long session', post(LIST, { 'mcp-session-id': LONG })], ['a long name of a tool', post(LIST, { 'mcp-name': LONG })],
  ['a long X-Forwarded-For', post(LIST, { 'x-forwarded-for': '10.0.0.1, '.repeat(4000) })],
  ['a head without an end', `POST ${NOTES} HTTP/1.1\r\nHost: ${HOST}\r\n${`X-A: ${'y'.repeat(1000)}\r\n`.repeat(40)}`],
];

const head = (lines: readonly string[]): string => [
  `POST ${NOTES} HTTP/1.1`, `Host: ${HOST}`, `Authorization: ${as('acme').authorization}`, 'Content-Type: application/json', ...lines, '', '',
].join('\r\n');
const padded = (bytes: number): string => `${JSON.stringify(LIST)}${' '.repeat(bytes)}`;
const chunks = (text: string, size: number): string => [...text.matchAll(new RegExp(`[^]{1,${size}}`, 'g'))].map(
  ([one]) => `${one.length.toString(16)}\r\n${one}\r\n`,
).join('');
const BODIES: Named = [
  ['a byte too many', posted(padded(64 * KB))], ['blanks', posted(' '.repeat(70 * KB))], ['a long argument', post(call('read_a', { a: 'x'.repeat(70 * KB) }))],
  ['a long name', post(call('x'.repeat(70 * KB)))], ['a length that is announced', head(['Content-Length: 65537'])],
  ['a length beyond everything', head(['Content-Length: 9007199254740993'])],
  ['chunks', head(['Transfer-Encoding: chunked']) + chunks(padded(70 * KB), 8000)],
  ['a chunk that is announced whole', `${head(['Transfer-Encoding: chunked'])}20000\r\n${'x'.repeat(70 * KB)}`],
  ['at a server that needs a permission', posted(padded(64 * KB), {}, SCOPED)],
  ['to a session of old', posted(padded(64 * KB), {}, `${NOTES}/message?sessionId=x`)],
  ['many empty lists, which take more as values', posted(`[${'[],'.repeat(20_000)}[]]`)], ['many empty objects', posted(`{"a":[${'{},'.repeat(20_000)}{}]}`)],
];

export const overlong: readonly Row[] = [
  ...refused('headers-too-large', HEADS), ...refused('body-too-large', BODIES),
  ...refused('malformed-request', [['a long method', `${'A'.repeat(40_000)} ${NOTES} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`]]),
  ...refused(
    'unknown-route',
    [
      ['a long path that fits', post(LIST, {}, `/${'x'.repeat(8000)}`)], ['a path of many parts', post(LIST, {}, '/x'.repeat(4000))],
      ['a long tenant', post(LIST, {}, `/t/${'x'.repeat(8000)}${NOTES}`)],
    ],
  ),
  ...refused(
    'unknown-host',
    [
      ['a long host that fits', post(LIST, { host: `${'x'.repeat(8000)}.example.com` })],
      ['a host of many parts', post(LIST, { host: 'x.'.repeat(4000) + HOST })],
    ],
  ),
  ...refused('origin-not-allowed', [['a long origin that fits', post(LIST, { origin: `https://${'a.'.repeat(4000)}preview.example.com` })]]),
  ...refused(
    'credentials-invalid',
    [
      ['a long credential that fits', post(LIST, bearing('x'.repeat(20_000)))], ['a credential of many dots', post(LIST, bearing('.'.repeat(16_000)))],
      ['many blanks behind the scheme', post(LIST, { authorization: `Bearer${' '.repeat(15_000)}x y` })],
    ],
  ),
  ...refused('content-type-unsupported', [['a type with many blanks', posted('{}', { 'content-type': `application/json${' '.repeat(15_000)}x` })]]),
  ...refused(
    'session-unknown',
    [
      ['a long session that fits', post(LIST, { 'mcp-session-id': 'A'.repeat(8000) })],
      ['a long query', post(LIST, {}, `${NOTES}/message?${'a=b&'.repeat(2000)}sessionId=x`)],
    ],
  ),
];
