/** Tokens that are refused. Each differs from a good one by what its name says, and each by the reason that the log has. */
import assert from 'node:assert/strict';
import { constants, createHmac, createPublicKey, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { base64url, secretTokenOf, tokenOf, type IssuerKey } from '../../support/issuer.js';
import type { Json } from '../../support/planned.js';
import { BODY, BY_SECRET, CLAIMS, ES, good, HEADER, ISSUER, KEYS, NOW, OTHER, OTHERS, raw, RS, SECRET, whyNot } from './token-stand.js';

describe('tokens that are refused', () => {
  const text = good();
  const [head = '', body = '', end = ''] = text.split('.');
  const spki = ({ privateKey }: IssuerKey): string => createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const part = (algorithm: string): string => `${base64url({ alg: algorithm, kid: algorithm })}.${body}`;
  const hs = (secret: string, header: Json = {}, claims: Json = {}): string => secretTokenOf(secret, { ...CLAIMS, ...claims }, { kid: 'RS256', ...header });
  const unsigned = (header: Json, end = ''): string => `${base64url(header)}.${base64url(CLAIMS)}.${end}`;
  const der = (): string => {
    const signed = `${base64url({ alg: 'ES256', kid: 'ES256' })}.${base64url(CLAIMS)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), ES.privateKey).toString('base64url')}`;
  };
  const flipped = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
  const spare = (text: string): string => {
    // The last character of a signature of 256 bytes has four bits to spare.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1];
  };

  const TABLE: Readonly<Record<string, readonly (readonly [name: string, token: string])[]>> = {
    'token-malformed': [
      ['empty', ''], ['one part', head], ['two parts', `${head}.${body}`], ['four parts', `${text}.x`], ['five parts (JWE)', `${text}.x.y`],
      ['empty signature', `${head}.${body}.`], ['empty claims', `${head}..${end}`], ['empty header', `.${body}.${end}`], ['only dots', '..'],
      ['trailing newline', `${text}%0a`], ['trailing padding', `${text}=`], ['padded header', `${head}=.${body}.${end}`],
      ['plus and slash', `${head}.${body}.${end.slice(0, -2)}+/`],
      ['spare bits in the signature', `${head}.${body}.${spare(end)}`], ['a blank inside', `${head}. ${body}.${end}`],
      ['a length that no bytes have', `${head}.${body}.AAAAA`],
      ['header is no JSON', raw('{alg:RS256}', BODY)], ['header is a list', raw('["RS256"]', BODY)], ['header is null', raw('null', BODY)],
      ['header is text', raw('"RS256"', BODY)],
      ['claims are no JSON', raw(HEADER, 'sub=ann')], ['claims are a list', raw(HEADER, `[${BODY}]`)], ['claims are null', raw(HEADER, 'null')],
      ['two documents', raw(HEADER, `${BODY}${BODY}`)], ['a byte order mark', raw(HEADER, `\ufeff${BODY}`)],
      ['alg twice', raw('{"alg":"RS256","kid":"RS256","alg":"none"}', BODY)], ['alg twice, once escaped', raw('{"alg":"RS256","\\u0061lg":"none"}', BODY)],
      ['sub twice', raw(HEADER, `${BODY.slice(0, -1)},"sub":"root"}`)], ['exp twice', raw(HEADER, `{"exp":9999999999,${BODY.slice(1)}`)],
      ['aud twice, once escaped', raw(HEADER, `${BODY.slice(0, -1)}, "\\u0061ud" : "gateway"}`)],
      ['no UTF-8', `${head}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}.${end}`],
      ['no alg', raw('{"kid":"RS256"}', BODY)], ['alg a number', raw('{"alg":256}', BODY)], ['alg a list', raw('{"alg":["RS256"]}', BODY)],
      ['alg null', raw('{"alg":null}', BODY)],
      ['kid a number', good({}, { kid: 1 })], ['kid an object', good({}, { kid: { a: 1 } })], ['kid a list', good({}, { kid: ['RS256'] })],
      ['kid too long', good({}, { kid: 'x'.repeat(256) })],
      ['no exp', good({ exp: undefined })], ['exp text', good({ exp: String(NOW + 600) })], ['exp null', good({ exp: null })],
      ['exp a list', good({ exp: [NOW + 600] })],
      ['exp beyond numbers', raw(HEADER, BODY.replace(String(NOW + 600), '1e999'))], ['exp beyond dates', good({ exp: 1e300 })],
      ['exp negative', good({ exp: -1 })],
      ['nbf text', good({ nbf: '0' })], ['nbf null', good({ nbf: null })], ['iat text', good({ iat: 'now' })], ['iat true', good({ iat: true })],
    ],
    'token-too-long': [
      ['huge', good({ pad: 'x'.repeat(20_000) })], ['dots', '.'.repeat(20_000)], ['nested', raw(HEADER, `{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`)],
    ],
    'token-type': [
      ['an ID-JAG', good({}, { typ: 'oauth-id-jag+jwt' })], ['a proof', good({}, { typ: 'dpop+jwt' })],
      ['a logout token', good({}, { typ: 'logout+jwt' })],
      ['a security event', good({}, { typ: 'secevent+jwt' })], ['a number', good({}, { typ: 1 })], ['null', good({}, { typ: null })],
      ['nested', good({}, { typ: 'JWE', cty: 'JWT' })],
      ['an ID token by its nonce', good({ nonce: 'n' })], ['an ID token by its code', good({ c_hash: 'x' })],
      ['an ID token of Cognito', good({ token_use: 'id' })],
      ['an ID token of Keycloak', good({ typ: 'ID' })], ['a refresh token of Keycloak', good({ typ: 'Refresh' })],
    ],
    'token-critical': [
      ['crit', good({}, { crit: ['exp'], exp: 1 })], ['crit b64', good({}, { crit: ['b64'], b64: false })], ['crit empty', good({}, { crit: [] })],
      ['crit null', good({}, { crit: null })],
    ],
    'token-bound': [
      ['cnf jkt', good({ cnf: { jkt: 'x' } })], ['cnf certificate', good({ cnf: { 'x5t#S256': 'x' } })], ['cnf null', good({ cnf: null })],
    ],
    'token-issuer': [
      ['no iss', good({ iss: undefined })], ['a slash more', good({ iss: `${ISSUER}/` })],
      ['a slash less', tokenOf(OTHERS, { ...CLAIMS, iss: OTHER.slice(0, -1) })], ['capitals', good({ iss: ISSUER.toUpperCase() })],
      ['a blank', good({ iss: `${ISSUER} ` })], ['a list', good({ iss: [ISSUER] })], ['an object', good({ iss: { a: ISSUER } })],
      ['nobody', good({ iss: 'https://evil.example.com' })],
      ['a prototype', good({ iss: '__proto__' })],
    ],
    'token-algorithm': [
      ['none', unsigned({ alg: 'none' }, 'AAAA')], ['None', unsigned({ alg: 'None' }, 'AAAA')],
      ['none with the signature of another', unsigned({ alg: 'none', kid: 'RS256' }, end)], ['no name', unsigned({ alg: '' }, end)],
      ['HS256 with the public key in PEM', hs(spki(RS))], ['HS256 with the modulus', hs(String(RS.jwk.n))],
      ['HS256 with the key as JSON', hs(JSON.stringify(RS.jwk))], ['HS256 with an empty key', hs('')],
      ['HS256 with the secret of another issuer', hs(SECRET)], ['HS512', hs(SECRET, { alg: 'HS512' })],
      ['an algorithm that the issuer may not use', tokenOf(KEYS.PS256, { ...CLAIMS, iss: OTHER })],
      ['a name of objects', good({}, { alg: 'constructor' })], ['capitals', good({}, { alg: 'rs256' })],
      ['RS256 for the issuer of the secret', good({ iss: BY_SECRET })], ['encryption', good({}, { alg: 'RSA-OAEP' })],
      ['ES256K', good({}, { alg: 'ES256K' })],
    ],
    'token-key': [
      ['an unknown kid', good({}, { kid: 'nobody' })], ['a kid that is a path', good({}, { kid: '../../../../dev/null' })],
      ['a kid that is SQL', good({}, { kid: "x' UNION SELECT 'key" })],
      ['a kid that is a URL', good({}, { kid: 'https://evil.example.com/keys' })], ['a kid of objects', good({}, { kid: '__proto__' })],
      ['an empty kid', good({}, { kid: '' })],
      ['the kid of a key for another algorithm', good({}, { kid: 'PS256' })],
      ['RS256 by the key of RS512', good({}, { kid: 'RS512' }, KEYS.RS512).replace(/^[^.]+/, base64url({ alg: 'RS256', kid: 'RS512' }))],
      ['the kid of an EC key', good({}, { kid: 'ES256' })], ['ES256 by the key of ES384', good({}, { alg: 'ES256' }, KEYS.ES384)],
      ['its own key in jwk', good({}, { kid: 'own', jwk: OTHERS.jwk }, OTHERS)],
      ['its own key by jku', good({}, { kid: 'own', jku: 'https://evil.example.com/keys' }, OTHERS)],
    ],
    'token-signature': [
      ['the key of another issuer, of the same name', good({}, {}, OTHERS)],
      ['the key of this issuer for another', tokenOf(RS, { ...CLAIMS, iss: OTHER })],
      ['tampered claims', `${head}.${base64url({ ...CLAIMS, sub: 'root' })}.${end}`],
      ['tampered header', `${base64url({ alg: 'RS256', kid: 'RS256', x: 1 })}.${body}.${end}`], ['tampered signature', `${head}.${body}.${flipped(end)}`],
      ['a short signature', `${head}.${body}.${end.slice(0, 40)}`],
      ['the signature of another token', `${head}.${body}.${good({ sub: 'bob' }).split('.')[2]}`],
      ['its own key in jwk, beside a known kid', good({}, { jwk: OTHERS.jwk }, OTHERS)], ['x5c', good({}, { x5c: ['MIIB'] }, OTHERS)],
      ['no kid, and the key of another issuer', good({}, { kid: undefined }, OTHERS)], ['ES256 in DER', der()],
      ['ES256 of zeros', `${part('ES256')}.${Buffer.alloc(64).toString('base64url')}`],
      ['ES512 in 128 bytes', `${part('ES512')}.${Buffer.alloc(128, 1).toString('base64url')}`],
      ['EdDSA of zeros', `${part('EdDSA')}.${Buffer.alloc(64).toString('base64url')}`],
      ['PSS with another salt', pssSalt(part('PS256'))], ['PKCS1 for PSS', pkcs1(part('PS256'))],
      ['HS256 with another secret', secretTokenOf(`${SECRET}.`, { ...CLAIMS, iss: BY_SECRET })],
      ['HS256 cut', secretTokenOf(SECRET, { ...CLAIMS, iss: BY_SECRET }).slice(0, -20)],
      ['HS256 by SHA-512', hs512()],
    ],
    'token-expired': [['expired', good({ exp: NOW - 31 })], ['at the moment', good({ exp: NOW - 30 })], ['long ago', good({ exp: 0 })]],
    'token-not-yet': [['nbf', good({ nbf: NOW + 31 })], ['iat', good({ iat: NOW + 31 })], ['iat far', good({ iat: NOW * 1000 })]],
    'token-audience': [
      ['another', good({ aud: 'https://other.example.com' })], ['none', good({ aud: undefined })], ['empty text', good({ aud: '' })],
      ['empty list', good({ aud: [] })], ['null', good({ aud: null })], ['an object', good({ aud: { gateway: 1 } })],
      ['a number in the list', good({ aud: ['gateway', 1] })], ['a list in the list', good({ aud: [['gateway']] })],
      ['a part of ours', good({ aud: 'gate' })], ['ours and more', good({ aud: 'gateway2' })], ['capitals', good({ aud: 'Gateway' })],
      ['two in one text', good({ aud: 'gateway x' })], ['ours with a slash', good({ aud: 'https://gw.example.com/' })],
    ],
    'token-subject': [
      ['none', good({ sub: undefined })], ['empty', good({ sub: '' })], ['a number', good({ sub: 1 })], ['a list', good({ sub: ['ann'] })],
      ['null', good({ sub: null })], ['too long', good({ sub: 'x'.repeat(256) })],
      ['a line break', good({ sub: 'ann\nroot' })], ['NUL', good({ sub: 'ann\0' })], ['half a character', raw(HEADER, BODY.replace('ann', '\\ud800'))],
      ['a separator of lines', good({ sub: 'a\u2028b' })],
    ],
  };
  function pssSalt(signed: string): string {
    const signature = sign('sha256', Buffer.from(signed), { key: KEYS.PS256.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 });
    return `${signed}.${signature.toString('base64url')}`;
  }
  function pkcs1(signed: string): string {
    return `${signed}.${sign('sha256', Buffer.from(signed), KEYS.PS256.privateKey).toString('base64url')}`;
  }
  function hs512(): string {
    const signed = `${base64url({ alg: 'HS256' })}.${base64url({ ...CLAIMS, iss: BY_SECRET })}`;
    return `${signed}.${createHmac('sha512', SECRET).update(signed).digest('base64url')}`;
  }
  for (const [why, rows] of Object.entries(TABLE)) {
    for (const [name, token] of rows) {
      test(`${why}: ${name}`, async () => {
        assert.equal(await whyNot(token), why);
      });
    }
  }
});
