/** Keys and the headers that carry them. */
import { as, secretValue } from '../../support/gateway.js';
import type { AskOptions } from '../../support/http.js';
import { refused, type Named, type Row } from './rows.js';
import { bearing, HOST, LIST, NOTES, post, type Stand } from './stand.js';

const KEY = as('acme').authorization.slice(7);
const OTHER = as('globex').authorization.slice(7);
const sent = (authorization: string | readonly string[] | null, headers: AskOptions['headers'] = {}): AskOptions => post(LIST, { authorization, ...headers });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const SCHEMES: Named = [
  ['Basic', sent(basic(`acme:${KEY}`))], ['Basic with only a key', sent(basic(KEY))], ['Digest', sent('Digest username="acme"')],
  ['Negotiate', sent('Negotiate YII=')],
  ['DPoP', sent(`DPoP ${KEY}`)], ['Token', sent(`Token ${KEY}`)], ['ApiKey', sent(`ApiKey ${KEY}`)], ['AWS4', sent('AWS4-HMAC-SHA256 Credential=x')],
  ['the key alone', sent(KEY)], ['no blank', sent(`Bearer${KEY}`)], ['a colon', sent(`Bearer: ${KEY}`)], ['an equals sign', sent(`Bearer=${KEY}`)],
  ['a tab', sent(`Bearer\t${KEY}`)],
  ['nothing behind the scheme', sent('Bearer')], ['blanks behind the scheme', sent('Bearer   ')], ['two words', sent(`Bearer ${KEY} ${KEY}`)],
  ['two credentials in one', sent(`Bearer ${KEY}, Bearer ${OTHER}`)],
  ['the scheme twice', sent(`Bearer Bearer ${KEY}`)], ['an empty header', sent('')],
];
const UNKNOWN_KEYS: Named = [
  ['a guess', sent('Bearer guess')], ['a prefix of the key', sent(`Bearer ${KEY.slice(0, -1)}`)], ['the key and more', sent(`Bearer ${KEY}x`)],
  ['the key in capitals', sent(`Bearer ${KEY.toUpperCase()}`)],
  ['the key in base64', sent(`Bearer ${Buffer.from(KEY).toString('base64')}`)], ['the key with a percent sign', sent(`Bearer ${KEY.replace('-', '%2D')}`)],
  ['the key in quotes', sent(`Bearer "${KEY}"`)],
  ['a comma behind the key', sent(`Bearer ${KEY},`)], ['the name of the secret', sent('Bearer ACME_KEY')],
  ['a reference to the secret', sent('Bearer secret:ACME_KEY')], ['the name of the client', sent('Bearer acme')],
  ['the key of sessions', sent(`Bearer ${secretValue('SESSION_KEY')}`)], ['the secret of signatures', sent(`Bearer ${secretValue('SIGNING_SECRET')}`)],
  ['the secret of tokens', sent(`Bearer ${secretValue('JWT_SECRET')}`)],
  ['the token of operators', sent(`Bearer ${secretValue('READ_TOKEN')}`)], ['the token of operators who write', sent(`Bearer ${secretValue('WRITE_TOKEN')}`)],
  ['null', sent('Bearer null')], ['undefined', sent('Bearer undefined')],
  ['a name of objects', sent('Bearer __proto__')], ['X-Api-Key: a guess', sent(null, { 'x-api-key': 'guess' })],
  ['X-Api-Key with the scheme', sent(null, { 'x-api-key': `Bearer ${KEY}` })],
  ['X-Api-Key twice', sent(null, { 'x-api-key': [KEY, OTHER] })], ['X-Api-Key twice the same', sent(null, { 'x-api-key': [KEY, KEY] })],
  ['an empty X-Api-Key', sent(null, { 'x-api-key': '' })],
  ['letters beyond ASCII', sent('Bearer sch\xfcssel')],
];
const DIFFERENT: Named = [
  ['a key of each of two clients', sent(`Bearer ${KEY}`, { 'x-api-key': OTHER })], ['a good key and a guess', sent(`Bearer ${KEY}`, { 'x-api-key': 'guess' })],
  ['a guess and a good key', sent('Bearer guess', { 'x-api-key': KEY })],
  ['a good key and an empty one', sent(`Bearer ${KEY}`, { 'x-api-key': '' })],
];
const SEVERAL: Named = [
  ['keys of two clients', sent([`Bearer ${KEY}`, `Bearer ${OTHER}`])], ['a guess behind the key', sent([`Bearer ${KEY}`, 'Bearer guess'])],
  ['the key behind a guess', sent(['Bearer guess', `Bearer ${KEY}`])],
  ['Basic beside it', sent([`Bearer ${KEY}`, basic('a:b')])], ['the key behind a word', sent(['x', `Bearer ${KEY}`])],
  ['in two cases', `GET ${NOTES} HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: Bearer ${KEY}\r\nAUTHORIZATION: Bearer ${OTHER}\r\n\r\n`],
];

const withTokens = ({ people }: Stand): readonly Row[] => {
  const token = people.token('ann', { org: 'acme' });
  return [
    ...refused('credentials-invalid', [
      ['a token beside a key', post(LIST, { ...bearing(token), 'x-api-key': KEY })],
      ['a key beside a token', post(LIST, { authorization: `Bearer ${OTHER}`, 'x-api-key': token })],
    ], { why: 'credentials-differ' }),
    ...refused('credentials-invalid', [['a token as a key', post(LIST, { authorization: null, 'x-api-key': token })]], { why: 'key-unknown' }),
    ...refused('repeated-header', [['a token and a key in two headers', post(LIST, { authorization: [`Bearer ${token}`, `Bearer ${KEY}`] })]]),
    ...refused('credentials-missing', [
      ['a token in the query', post(LIST, { authorization: null }, `${NOTES}?access_token=${token}`)],
      ['a token in a cookie', post(LIST, { authorization: null, cookie: `access_token=${token}` })],
      ['a token in the body of a form', { ...post({ access_token: token, ...LIST }, { authorization: null }) }],
    ]),
  ];
};

export const credentials = (stand: Stand): readonly Row[] => [
  ...refused('credentials-invalid', SCHEMES, { why: 'scheme-unknown' }),
  ...refused('credentials-invalid', UNKNOWN_KEYS),
  ...refused('credentials-invalid', DIFFERENT, { why: 'credentials-differ' }),
  ...refused('repeated-header', SEVERAL),
  ...withTokens(stand),
];
