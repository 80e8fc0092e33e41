/** Bytes that two hops may cut into requests at different places, and heads that are none. Behind most of them stands a request that would be served. */
import { as } from '../../support/gateway.js';
import { refused, type Named, type Row } from './rows.js';
import { HOST, LIST, NOTES } from './stand.js';

const TEXT = JSON.stringify(LIST);
const LENGTH = `Content-Length: ${TEXT.length}`;
const COMMON = [`Host: ${HOST}`, `Authorization: ${as('acme').authorization}`, 'Content-Type: application/json', 'Accept: application/json, text/event-stream'];
const head = (lines: readonly string[], first = `POST ${NOTES} HTTP/1.1`): string => [first, ...COMMON, ...lines, '', ''].join('\r\n');
/** One that would be served, if it were taken for one. */
const GOOD = head([LENGTH]) + TEXT;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = `${chunk(TEXT)}0\r\n\r\n`;

const both = (codings: readonly string[], body = `0\r\n\r\n${GOOD}`): string => head([...codings, `Content-Length: ${body.length}`]) + body;
const coded = (...lines: readonly string[]): string => head(lines) + CHUNKED + GOOD;
const inChunks = (body: string, ...more: readonly string[]): string => head(['Transfer-Encoding: chunked', ...more]) + body;

const MALFORMED: Named = [
  ['length and chunks', both(['Transfer-Encoding: chunked'])],
  ['chunks and length', head(['Content-Length: 6', 'Transfer-Encoding: chunked']) + `0\r\n\r\n${GOOD}`],
  ['length 0 and chunks', head(['Content-Length: 0', 'Transfer-Encoding: chunked']) + CHUNKED],
  ['length and chunks in capitals', both(['TRANSFER-ENCODING: CHUNKED'])], ['length and an unknown coding', both(['Transfer-Encoding: x'])],
  ['length and identity', both(['Transfer-Encoding: identity'])], ['length and gzip', both(['Transfer-Encoding: gzip, chunked'])],
  ['length and an empty coding', both(['Transfer-Encoding:'])], ['length and a coding with a tab', both(['Transfer-Encoding:\tchunked'])],
  ['length and two codings', both(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'])],
  ['two lengths', head([LENGTH, 'Content-Length: 0']) + TEXT + GOOD], ['two lengths, the other first', head(['Content-Length: 0', LENGTH]) + TEXT],
  ['the same length twice', head([LENGTH, LENGTH]) + TEXT], ['two lengths in one', head([`Content-Length: ${TEXT.length}, 0`]) + TEXT],
  ['the same twice in one', head([`Content-Length: ${TEXT.length}, ${TEXT.length}`]) + TEXT],
  ['a length with a plus', head([`Content-Length: +${TEXT.length}`]) + TEXT], ['a negative length', head(['Content-Length: -1']) + TEXT],
  ['a length in hex', head(['Content-Length: 0x10']) + TEXT],
  ['a length with a point', head([`Content-Length: ${TEXT.length}.0`]) + TEXT],
  ['a length of digits beyond numbers', head(['Content-Length: 99999999999999999999999']) + TEXT], ['an empty length', head(['Content-Length:']) + TEXT],
  ['a length with a blank inside', head(['Content-Length: 1 2']) + TEXT],
  ['a length with letters', head([`Content-Length: ${TEXT.length}x`]) + TEXT], ['a length in underscores', head([`Content-Length: ${TEXT.length}_0`]) + TEXT],
  ['chunked twice', coded('Transfer-Encoding: chunked, chunked')], ['chunked not last', coded('Transfer-Encoding: chunked, identity')],
  ['another coding alone', coded('Transfer-Encoding: gzip')], ['identity', coded('Transfer-Encoding: identity')],
  ['a word like it', coded('Transfer-Encoding: xchunked')],
  ['quotes', coded('Transfer-Encoding: "chunked"')], ['a parameter', coded('Transfer-Encoding: chunked;x=1')],
  ['a blank before the colon', head(['Transfer-Encoding : chunked']) + CHUNKED],
  ['a blank before the colon of the length', head([`Content-Length : ${TEXT.length}`]) + TEXT],
  ['a header in two lines', head(['X-A: b', ' Content-Length: 5', LENGTH]) + TEXT],
  ['a header in two lines by a tab', head(['X-A: b', '\tTransfer-Encoding: chunked', LENGTH]) + TEXT],
  ['a header without a colon', head(['Transfer-Encoding chunked', LENGTH]) + TEXT], ['a header without a name', head([': x', LENGTH]) + TEXT],
  ['a blank in a name', head(['X A: b', LENGTH]) + TEXT], ['a NUL in a name', head(['X-\0A: b', LENGTH]) + TEXT],
  ['a NUL in a value', head(['X-A: b\0c', LENGTH]) + TEXT],
  ['a bare carriage return in a value', head(['X-A: b\rX-Tenant: globex', LENGTH]) + TEXT],
  ['a bare line feed in the middle', `POST ${NOTES} HTTP/1.1\nHost: ${HOST}\n\n`.replace('\n', '\r') + TEXT],
  ['letters beyond ASCII in a name', head(['X-\xe4: b', LENGTH]) + TEXT], ['brackets in a name', head(['X(A): b', LENGTH]) + TEXT],
  ['a control character in a value', head(['X-A: \x01', LENGTH]) + TEXT], ['a first line of blanks', `   \r\n${GOOD}`],
  ['a fold at the start', `POST ${NOTES} HTTP/1.1\r\n X-A: b\r\n${GOOD}`], ['bytes of chance', Buffer.from('deadbeefcafebabe0d0a0d0a', 'hex')],
  ['a proxy’s greeting', `PROXY TCP4 10.20.0.1 127.0.0.1 1 2\r\n${GOOD}`],
  ['a proxy’s greeting in bytes', Buffer.concat([Buffer.from('0d0a0d0a000d0a515549540a21110000', 'hex'), Buffer.from(GOOD)])],
  ['an answer in place of a request', `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${GOOD}`], ['a mail', 'EHLO evil.example\r\n\r\n'],
  ['a target in quotes', head([LENGTH], `POST "${NOTES}" HTTP/1.1`) + TEXT],
  ['version 1.1 twice', head([LENGTH], `POST ${NOTES} HTTP/1.1 HTTP/1.1`) + TEXT],
];

/** The head was good, so that the body is what breaks. */
const BROKEN_CHUNKS: Named = [
  ['a size that is no number', inChunks(`zz\r\n${TEXT}\r\n0\r\n\r\n${GOOD}`)], ['a negative size', inChunks(`-1\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a size with 0x', inChunks(`0x${TEXT.length.toString(16)}\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a size with a plus', inChunks(`+${TEXT.length.toString(16)}\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a size beyond numbers', inChunks(`fffffffffffffffff\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a blank before the size', inChunks(` ${TEXT.length.toString(16)}\r\n${TEXT}\r\n0\r\n\r\n`)], ['no size', inChunks(`\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a size that is too small', inChunks(`1\r\n${TEXT}\r\n0\r\n\r\n${GOOD}`)],
  ['no line break behind a chunk', inChunks(`${TEXT.length.toString(16)}\r\n${TEXT}0\r\n\r\n${GOOD}`)],
  ['a bare line feed behind a size', inChunks(`${TEXT.length.toString(16)}\n${TEXT}\r\n0\r\n\r\n${GOOD}`)],
  ['a bare line feed behind a chunk', inChunks(`${TEXT.length.toString(16)}\r\n${TEXT}\n0\r\n\r\n`)],
  ['a line feed in an extension', inChunks(`${TEXT.length.toString(16)};a\nb\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a NUL in an extension', inChunks(`${TEXT.length.toString(16)};a\0b\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a blank behind the last size', inChunks(`${chunk(TEXT)}0 \r\n\r\n${GOOD}`)],
  ['a size in two words', inChunks(`${TEXT.length.toString(16)} 1\r\n${TEXT}\r\n0\r\n\r\n`)],
  ['a length among the trailers', inChunks(`${chunk(TEXT)}0\r\nContent-Length: 5\r\n\r\n`)],
  ['a coding among them', inChunks(`${chunk(TEXT)}0\r\nTransfer-Encoding: chunked\r\n\r\n`)],
  ['a trailer without a colon', inChunks(`${chunk(TEXT)}0\r\nx\r\n\r\n${GOOD}`)],
];

/** What comes behind a whole body is the next request, and judged by itself. */
const TOO_SHORT: Named = [
  ['a body cut by its length', head(['Content-Length: 5']) + TEXT],
  ['a body cut by its chunks', inChunks(`5\r\n${TEXT.slice(0, 5)}\r\n0\r\n\r\n${TEXT.slice(5)}`)], ['a length of one', head(['Content-Length: 1']) + TEXT],
  ['no length', head([]) + TEXT], ['a length of 0 and a request', head(['Content-Length: 0']) + TEXT],
];

export const framing: readonly Row[] = [
  ...refused('malformed-request', MALFORMED), ...refused('malformed-request', BROKEN_CHUNKS), ...refused('body-not-json', TOO_SHORT),
];
