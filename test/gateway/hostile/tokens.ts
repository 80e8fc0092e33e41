/** Tokens that are refused, by why the log says so. Each differs from a good one, such as Ann's, by what its name says. */
import { createHmac, createPublicKey, sign } from 'node:crypto';
import { secretValue } from '../../support/gateway.js';
import { base64url, seconds, secretTokenOf, signatureOf, tokenOf, type IssuerKey } from '../../support/issuer.js';
import type { AskOptions } from '../../support/http.js';
import type { Json } from '../../support/planned.js';
import { refused, type Row } from './rows.js';
import { annClaims, bearing, FRESH, LIST, NOTES, partnerClaims, PARTNER_AUDIENCE, post, SHARED, sharedToken, URL_OF, VAULT, type Stand } from './stand.js';

type Tokens = readonly (readonly [name: string, token: string, path?: string])[];

/** A token whose header and claims are these texts, with a good signature. */
function written(key: IssuerKey, header: string, claims: string): string {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${signatureOf(key, text)}`;
}

const hs256 = (secret: string | Buffer, signed: string): string => createHmac('sha256', secret).update(signed).digest('base64url');

function malformed({ keys: { rs }, people }: Stand): Tokens {
  const claims = annClaims(people);
  const [header, body] = ['{"alg":"RS256","kid":"rs-1"}', JSON.stringify(claims)];
  const good = tokenOf(rs, claims);
  const [head = '', middle = '', end = ''] = good.split('.');
  const inside = (more: string): string => written(rs, header, `${body.slice(0, -1)},${more}}`);
  return [
    ['one part', head], ['two parts', `${head}.${middle}`], ['four parts', `${good}.x`], ['five parts', `${good}.x.y`], ['only dots', '..'],
    ['no signature', `${head}.${middle}.`],
    ['alg none without a signature', `${base64url({ alg: 'none' })}.${middle}.`], ['padding', `${good}=`],
    ['a plus in the signature', `${head}.${middle}.${end.slice(0, -2)}+/`],
    ['percent signs', good.replace('.', '%2e')], ['a signature of five characters', `${head}.${middle}.AAAAA`],
    ['a header that is a list', written(rs, '["RS256"]', body)], ['a header that is no JSON', written(rs, 'alg=RS256', body)],
    ['claims that are a list', written(rs, header, `[${body}]`)],
    ['claims that are no JSON', written(rs, header, 'sub=ann')], ['two documents', written(rs, header, body + body)],
    ['a byte order mark', written(rs, header, `\ufeff${body}`)],
    ['alg twice', written(rs, '{"alg":"RS256","kid":"rs-1","alg":"none"}', body)],
    ['alg twice, once escaped', written(rs, '{"alg":"none","kid":"rs-1","\\u0061lg":"RS256"}', body)],
    ['kid twice', written(rs, '{"alg":"RS256","kid":"x","kid":"rs-1"}', body)], ['sub twice', inside('"sub":"root"')],
    ['sub twice, once escaped', inside('"\\u0073ub":"root"')],
    ['org twice', inside('"org":"globex"')], ['aud twice', inside(`"aud":"${PARTNER_AUDIENCE}"`)], ['exp twice', inside('"exp":9999999999')],
    ['iss twice', inside(`"iss":"${SHARED}"`)],
    ['no alg', written(rs, '{"kid":"rs-1"}', body)], ['alg a list', written(rs, '{"alg":["RS256"],"kid":"rs-1"}', body)],
    ['alg null', written(rs, '{"alg":null}', body)],
    ['kid a number', tokenOf(rs, claims, { kid: 1 })], ['kid a list', tokenOf(rs, claims, { kid: ['rs-1'] })],
    ['kid an object', tokenOf(rs, claims, { kid: { $ne: '' } })],
    ['a long kid', tokenOf(rs, claims, { kid: 'k'.repeat(300) })],
    ['no exp', tokenOf(rs, annClaims(people, { exp: undefined }))], ['exp as text', tokenOf(rs, annClaims(people, { exp: String(seconds(600)) }))],
    ['exp without an end', written(rs, header, body.replace(/"exp":\d+/, '"exp":1e999'))],
    ['exp null', tokenOf(rs, annClaims(people, { exp: null }))], ['exp negative', tokenOf(rs, annClaims(people, { exp: -1 }))],
    ['nbf as text', tokenOf(rs, annClaims(people, { nbf: '0' }))], ['iat true', tokenOf(rs, annClaims(people, { iat: true }))],
  ];
}

const types = ({ keys: { rs }, people }: Stand): Tokens => [
  ['an identity assertion grant (ID-JAG)', tokenOf(rs, annClaims(people), { typ: 'oauth-id-jag+jwt' })],
  ['a proof of possession', tokenOf(rs, annClaims(people), { typ: 'dpop+jwt' })],
  ['a logout token', tokenOf(rs, annClaims(people), { typ: 'logout+jwt' })], ['a security event', tokenOf(rs, annClaims(people), { typ: 'secevent+jwt' })],
  ['a client assertion', tokenOf(rs, annClaims(people), { typ: 'client-authentication+jwt' })],
  ['a verifiable credential', tokenOf(rs, annClaims(people), { typ: 'vc+sd-jwt' })],
  ['a type that is a number', tokenOf(rs, annClaims(people), { typ: 1 })], ['an ID token by its nonce', tokenOf(rs, annClaims(people, { nonce: 'n' }))],
  ['an ID token by its code', tokenOf(rs, annClaims(people, { c_hash: 'x' }))], ['an ID token of Cognito', tokenOf(rs, annClaims(people, { token_use: 'id' }))],
  ['an ID token of Keycloak', tokenOf(rs, annClaims(people, { typ: 'ID' }))],
  ['a refresh token of Keycloak', tokenOf(rs, annClaims(people, { typ: 'Refresh' }))],
];

function algorithms({ keys: { rs }, people, partner }: Stand): Tokens {
  const claims = annClaims(people);
  const pem = createPublicKey(rs.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = createPublicKey(rs.privateKey).export({ type: 'pkcs1', format: 'pem' }).toString();
  const confused = (secret: string, header: Json = {}): string => secretTokenOf(secret, claims, { kid: 'rs-1', ...header });
  const signature = tokenOf(rs, claims).split('.')[2] ?? '';
  const unsigned = (alg: string, end = 'AAAA'): string => `${base64url({ alg, kid: 'rs-1' })}.${base64url(claims)}.${end}`;
  return [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => [`alg "${alg}"`, unsigned(alg)] as const),
    ['alg none with the signature of a good one', unsigned('none', signature)],
    ['HS256 with the public key in PEM', confused(pem)], ['HS256 with it and no line break', confused(pem.trim())],
    ['HS256 with it in PKCS #1', confused(pkcs1)],
    ['HS256 with the modulus', confused(String(rs.jwk.n))], ['HS256 with the published key', confused(JSON.stringify(rs.jwk))],
    ['HS256 with an empty secret', confused('')],
    ['HS256 with the secret of another issuer', confused(secretValue('JWT_SECRET'))], ['HS384', confused(pem, { alg: 'HS384' })],
    ['rs256', tokenOf(rs, claims, { alg: 'rs256' })],
    ['RS1', tokenOf(rs, claims, { alg: 'RS1' })], ['RSA-OAEP', tokenOf(rs, claims, { alg: 'RSA-OAEP' })],
    ['dir', tokenOf(rs, claims, { alg: 'dir', enc: 'A256GCM' })],
    ['a name of objects', tokenOf(rs, claims, { alg: 'constructor' })],
    ['RS256 for the issuer that shares a secret', tokenOf(rs, { ...partnerClaims({ url: SHARED }) })],
    ['EdDSA for it', tokenOf(partner.keys[0] as IssuerKey, partnerClaims({ url: SHARED }))],
    ['HS512 for it', sharedToken({}, { alg: 'HS512' })], ['none for it', `${base64url({ alg: 'none' })}.${base64url(partnerClaims({ url: SHARED }))}.AAAA`],
    ['RS256 for the issuer of EdDSA', tokenOf(rs, partnerClaims(partner))], ['ES256 for it', tokenOf(rs, partnerClaims(partner), { alg: 'ES256' })],
  ];
}

function keys({ keys: { rs, es }, people, partner, stranger }: Stand): Tokens {
  const claims = annClaims(people);
  const by = (kid: string | undefined, more: Json = {}, key = stranger): string => tokenOf(key, claims, { kid, ...more });
  const evil = 'https://evil.example/keys';
  return [
    ['an unknown kid', by('nobody')], ['a kid that is a path', by('../../../../dev/null')], ['a kid that is an absolute path', by('/dev/null')],
    ['a kid of SQL', by("x' UNION SELECT 'key")],
    ['a kid of a shell', by('$(id)')], ['a kid that is a URL', by(evil)], ['a kid of objects', by('__proto__')], ['an empty kid', by('')],
    ['a kid in capitals', by('RS-1', {}, rs)],
    ['the kid of another kind of key', tokenOf(rs, claims, { kid: 'es-1' })], ['the kid of another issuer', tokenOf(rs, claims, { kid: 'ed-1' })],
    ['ES256 by the kid of RS256', tokenOf(es, claims, { kid: 'rs-1' })], ['PS256 by the kid of RS256', tokenOf(rs, claims, { alg: 'PS256' })],
    ['its own key by jku', by('own', { jku: evil })], ['its own key in jwk', by('own', { jwk: stranger.jwk })],
    ['its own key by x5u', by('own', { x5u: evil })],
    ['a key of people’s for the partner', tokenOf(rs, partnerClaims(partner), { alg: 'PS256' })],
  ];
}

function signatures({ keys: { rs, es }, people, partner, stranger }: Stand): Tokens {
  const claims = annClaims(people);
  const good = tokenOf(rs, claims);
  const [head = '', body = '', end = ''] = good.split('.');
  const by = (more: Json = {}): string => tokenOf(stranger, claims, more);
  const of = (alg: string, kid: string): string => `${base64url({ alg, kid })}.${body}`;
  const text = of('ES256', 'es-1');
  return [
    ['a stranger’s key under a known kid', by()], ['its own key in jwk under a known kid', by({ jwk: stranger.jwk })],
    ['its own key by jku', by({ jku: 'https://evil.example/keys' })],
    ['its own key by x5u', by({ x5u: 'https://evil.example/cert' })], ['its own certificate', by({ x5c: ['MIIB'] })],
    ['another subject', `${head}.${base64url({ ...claims, sub: 'root' })}.${end}`],
    ['another tenant', `${head}.${base64url({ ...claims, org: 'globex' })}.${end}`],
    ['another header', `${base64url({ alg: 'RS256', kid: 'rs-1', x: 1 })}.${body}.${end}`],
    ['another signature', `${head}.${body}.${end.startsWith('A') ? 'B' : 'A'}${end.slice(1)}`],
    ['half a signature', `${head}.${body}.${end.slice(0, 40)}`],
    ['the signature of another token', `${head}.${body}.${tokenOf(rs, annClaims(people, { sub: 'bob' })).split('.')[2]}`],
    ['ES256 of zeros', `${text}.${Buffer.alloc(64).toString('base64url')}`],
    ['ES256 in DER', `${text}.${sign('sha256', Buffer.from(text), es.privateKey).toString('base64url')}`],
    ['EdDSA of zeros', tokenOf(partner.keys[0] as IssuerKey, partnerClaims(partner)).replace(/[^.]+$/, Buffer.alloc(64).toString('base64url')), VAULT],
    ['the shared secret cut', sharedToken({}, {}, secretValue('JWT_SECRET').slice(0, -1)), VAULT], ['an empty shared secret', sharedToken({}, {}, ''), VAULT],
    ['another secret of the gateway', sharedToken({}, {}, secretValue('SIGNING_SECRET')), VAULT],
    ['the shared secret, of SHA-512', `${sharedToken().replace(/[^.]+$/, 'A'.repeat(86))}`, VAULT],
    ['the shared secret over other bytes', `${sharedToken().split('.').slice(0, 2).join('.')}.${hs256(secretValue('JWT_SECRET'), 'x')}`, VAULT],
  ];
}

function issuers({ keys: { rs }, people }: Stand): Tokens {
  const by = (iss: unknown): string => tokenOf(rs, annClaims(people, { iss }));
  return [
    ['nobody', by('https://evil.example')], ['no issuer', by(undefined)], ['a slash more', by(`${people.url}/`)], ['capitals', by(people.url.toUpperCase())],
    ['a blank', by(` ${people.url}`)],
    ['https', by(people.url.replace('http:', 'https:'))], ['a list', by([people.url])], ['an object', by({ url: people.url })],
    ['a user', by(people.url.replace('//', '//evil@'))],
    ['localhost in place of the address', by(people.url.replace('127.0.0.1', 'localhost'))], ['the address of its keys', by(people.jwks)],
    ['a name of objects', by('constructor')], ['null', by(null)],
  ];
}

function times({ keys: { rs }, people, partner }: Stand) {
  const at = (more: Json): string => tokenOf(rs, annClaims(people, more));
  const of = (more: Json): string => tokenOf(partner.keys[0] as IssuerKey, partnerClaims(partner, more));
  const expired: Tokens = [
    ['a minute ago', at({ exp: seconds(-60) })], ['long ago', at({ exp: 1 })], ['at 0', at({ exp: 0 })],
    ['before it was made', at({ iat: seconds(), exp: seconds(-3600) })],
    ['milliseconds for seconds, long ago', at({ exp: seconds(-3600) / 1000 })],
  ];
  const early: Tokens = [
    ['from tomorrow', at({ nbf: seconds(86_400) })], ['from a minute on', at({ nbf: seconds(60) })], ['made tomorrow', at({ iat: seconds(86_400) })],
    ['made in milliseconds', at({ iat: Date.now() })],
  ];
  const old: Tokens = [
    ['made an hour ago', of({ iat: seconds(-3600) }), VAULT], ['no word of when it was made', of({ iat: undefined }), VAULT],
    ['made at 0', of({ iat: 0 }), VAULT],
  ];
  return { expired, early, old };
}

function audiences({ keys: { rs }, people, partner }: Stand): Tokens {
  const meant = (aud: unknown): string => tokenOf(rs, annClaims(people, { aud }));
  const good = meant(`${URL_OF}${NOTES}`);
  return [
    ['another server here', good, FRESH], ['the path of its tenant', good, '/t/acme/mcp/notes'], ['the gateway as a whole', meant(URL_OF)],
    ['its host', meant('mcp.example.com')], ['a path below', meant(`${URL_OF}${NOTES}/x`)],
    ['a path above', meant(`${URL_OF}/mcp`)], ['http', meant(`http://mcp.example.com${NOTES}`)], ['capitals', meant(`${URL_OF}${NOTES}`.toUpperCase())],
    ['a query', meant(`${URL_OF}${NOTES}?x`)], ['a port', meant(`https://mcp.example.com:443${NOTES}`)],
    ['another host', meant(`https://evil.example${NOTES}`)], ['our host as the end', meant(`https://evil.example/${URL_OF}${NOTES}`)],
    ['none', meant(undefined)], ['an empty one', meant('')], ['an empty list', meant([])],
    ['a list of others', meant(['a', 'b'])], ['a list in a list', meant([[`${URL_OF}${NOTES}`]])], ['a list with a number', meant([`${URL_OF}${NOTES}`, 1])],
    ['an object', meant({ 0: `${URL_OF}${NOTES}` })], ['a wildcard', meant('*')],
    ['two in one text', meant(`${URL_OF}${NOTES} ${URL_OF}${FRESH}`)], ['the audience of another issuer', meant(PARTNER_AUDIENCE)],
    ['the client that asked for it', meant('client-1')],
    ['the route, where the issuer has a name of its own', tokenOf(partner.keys[0] as IssuerKey, partnerClaims(partner, { aud: `${URL_OF}${VAULT}` })), VAULT],
    ['the token of one host at another', sharedToken({ aud: 'https://other.example.com' }), VAULT],
  ];
}

function subjects({ keys: { rs }, people }: Stand): Tokens {
  const of = (sub: unknown): string => tokenOf(rs, annClaims(people, { sub }));
  return [
    ['none', of(undefined)], ['empty', of('')], ['a number', of(1)], ['a list', of(['ann'])], ['an object', of({ name: 'ann' })],
    ['a line break', of('ann\nclient:acme')], ['a NUL', of('ann\0')],
    ['half a character', of('\ud800')], ['a separator of lines', of('ann\u2028')], ['too long', of('a'.repeat(256))],
  ];
}

const critical = ({ keys: { rs }, people }: Stand): Tokens => [
  ['crit', tokenOf(rs, annClaims(people), { crit: ['exp'] })], ['an empty crit', tokenOf(rs, annClaims(people), { crit: [] })],
  ['a payload that is not encoded', tokenOf(rs, annClaims(people), { crit: ['b64'], b64: false })],
  ['crit of nothing', tokenOf(rs, annClaims(people), { crit: null })],
];
const bound = ({ keys: { rs }, people }: Stand): Tokens => [
  ['to a key', tokenOf(rs, annClaims(people, { cnf: { jkt: 'x' } }))], ['to a certificate', tokenOf(rs, annClaims(people, { cnf: { 'x5t#S256': 'x' } }))],
  ['to nothing', tokenOf(rs, annClaims(people, { cnf: null }))],
];

const sent = ([name, token, path = NOTES]: Tokens[number]): readonly [string, AskOptions] => [name, post(LIST, bearing(token), path)];

/** Of these the issuer is asked for its keys again, which it is seldom: all wait for the same question. */
export const strangers = (stand: Stand): readonly Row[] => [
  ...refused('credentials-invalid', keys(stand).map(sent), { why: 'token-key' }),
  ...refused(
    'credentials-invalid', [['no kid, and a stranger’s key', post(LIST, bearing(tokenOf(stand.stranger, annClaims(stand.people), { kid: undefined })))]],
    { why: 'token-signature' },
  ),
];

export function tokens(stand: Stand): readonly Row[] {
  const { keys: { rs }, people } = stand;
  const { expired, early, old } = times(stand);
  const table: Readonly<Record<string, Tokens>> = {
    'token-malformed': malformed(stand), 'token-type': types(stand), 'token-algorithm': algorithms(stand), 'token-signature': signatures(stand),
    'token-issuer': issuers(stand), 'token-expired': expired, 'token-not-yet': early, 'token-too-old': old, 'token-audience': audiences(stand),
    'token-subject': subjects(stand),
    'token-critical': critical(stand), 'token-bound': bound(stand),
  };
  const long: Tokens = [
    ['more claims than fit', tokenOf(rs, annClaims(people, { pad: 'x'.repeat(14_000) }))],
    ['a long signature', `${tokenOf(rs, annClaims(people))}${'A'.repeat(17_000)}`],
  ];
  return [
    ...Object.entries(table).flatMap(([why, some]) => refused('credentials-invalid', some.map(sent), { why })),
    ...refused('credentials-invalid', long.map(sent), { why: 'token-too-long' }),
  ];
}
