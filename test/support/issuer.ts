/**
 * An issuer of tokens: its keys, what it signs with them, and a server on loopback that publishes them and can be made to fail. Tokens are made by hand, not by
 * what they test: a test can spoil any part of one.
 */
import { constants, createHmac, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Algorithm } from '#src/gateway/runtime/tables/auth.js';
import type { Json } from './planned.js';

export type PublicAlgorithm = Exclude<Algorithm, 'HS256'>;

export interface IssuerKey {
  readonly kid: string;
  readonly algorithm: PublicAlgorithm;
  readonly privateKey: KeyObject;
  /** As it is published. */
  readonly jwk: JsonWebKey & { readonly kid: string };
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** @param bits of an RSA key */
export function issuerKey(algorithm: PublicAlgorithm, kid: string, bits = 2048): IssuerKey {
  const pair = algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519')
    : algorithm.startsWith('ES')
      ? generateKeyPairSync('ec', { namedCurve: CURVES[algorithm] ?? '' })
      : generateKeyPairSync('rsa', { modulusLength: bits });
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey: pair.privateKey, jwk };
}

export const base64url = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The signature of a text as RFC 7518 and RFC 8037 have it. */
export function signatureOf({ algorithm, privateKey }: Pick<IssuerKey, 'algorithm' | 'privateKey'>, text: string): string {
  const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  const how = algorithm.startsWith('PS')
    ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : algorithm.startsWith('ES') ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const } : privateKey;
  return sign(hash, Buffer.from(text), how).toString('base64url');
}

/** A token of these claims. A header that is undefined is left out. */
export function tokenOf(key: IssuerKey, claims: Json | string, header: Json = {}): string {
  const text = `${base64url({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header })}.${base64url(claims)}`;
  return `${text}.${signatureOf(key, text)}`;
}

export function secretTokenOf(secret: string, claims: Json, header: Json = {}): string {
  const text = `${base64url({ alg: 'HS256', typ: 'JWT', ...header })}.${base64url(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export const seconds = (ahead = 0): number => Math.floor(Date.now() / 1000) + ahead;

/** Ways in which the server of an issuer does not do what it should. */
export type IssuerFault = 'down' | 'silent' | 'huge' | 'no-keys' | 'no-json' | 'redirect' | 'error';

export interface Issuer {
  readonly url: string;
  readonly jwks: string;
  /** Those that are published. */
  keys: readonly IssuerKey[];
  fault: IssuerFault | null;
  /** How often it has been asked for its keys. */
  readonly asked: number;
  /** A token for the subject, signed with the first key and good for an hour. */
  token(subject: string, claims?: Json, key?: IssuerKey): string;
  /** Resolves when it has been asked so often. */
  untilAsked(times: number): Promise<void>;
  close(): Promise<void>;
}

export async function startIssuer(keys: readonly IssuerKey[], audience: string): Promise<Issuer> {
  let asked = 0;
  const waiting = new Set<() => void>();
  const answers: Readonly<Record<IssuerFault, (response: ServerResponse) => void>> = {
    'down': (response) => void response.socket?.destroy(),
    'silent': () => {},
    'huge': (response) => void response.writeHead(200).end(`{"keys":[${'{},'.repeat(200_000)}{}]}`),
    'no-keys': (response) => void response.writeHead(200).end('{"keys":[]}'),
    'no-json': (response) => void response.writeHead(200).end('<html>'),
    'redirect': (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    'error': (response) => void response.writeHead(500).end('{}'),
  };
  const server = createServer((_request, response) => {
    asked++;
    for (const look of waiting) look();
    if (issuer.fault) answers[issuer.fault](response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer & { keys: readonly IssuerKey[] } = {
    url,
    jwks: `${url}/keys`,
    keys,
    fault: null,
    get asked() {
      return asked;
    },
    token: (subject, claims = {}, key = issuer.keys[0] as IssuerKey) =>
      tokenOf(key, { iss: url, aud: audience, sub: subject, iat: seconds(), exp: seconds(3600), ...claims }),
    untilAsked: (times) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (asked < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}
