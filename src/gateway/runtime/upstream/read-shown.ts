/** What the config says that a server is shown, with the secrets in it. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { SettingError } from '../process/env.js';
import type { TextOrSecret, ToServerTable } from '../tables/auth.js';
import { digest } from '../wire/digest.js';
import { isSendable, ownHeaders } from '../wire/own-headers.js';
import type { Shown } from './shown.js';

type Read = (name: string) => string;

/** @throws {SettingError} which names the server and the secret, never a value */
export function readShown(server: string, { headers, auth, tls, exchange }: ToServerTable, secretOf: Read): Omit<Shown, 'wantsToken'> {
  const said = headers.map(([name, value]) => [name, 'text' in value ? value.text : sendable(server, value.secret, secretOf(value.secret))] as const);
  if (auth) {
    const { header, scheme, secret } = auth;
    if (exchange && header === 'authorization') throw new SettingError(`servers.${server}.upstream: auth and exchange would both say Authorization`);
    said.push([header, `${scheme === null ? '' : `${scheme} `}${sendable(server, secret, secretOf(secret))}`]);
  }
  const own = ownHeaders(said);
  if (!own) throw new SettingError(`servers.${server}.upstream.headers: a name or a value cannot be sent`);
  return { own, secure: tls && secureOf(server, tls, secretOf) };
}

function sendable(server: string, name: string, value: string): string {
  if (isSendable(value)) return value;
  const why = 'is too long for a header, or has characters that none can carry (line breaks, blanks at an end)';
  throw new SettingError(`servers.${server}.upstream: secret ${name} ${why}`);
}

function secureOf(server: string, { ca, cert, key }: NonNullable<ToServerTable['tls']>, secretOf: Read): Shown['secure'] {
  const pem = (from: TextOrSecret | null): string | undefined => from === null ? undefined : unfolded('text' in from ? from.text : secretOf(from.secret));
  const [authorities, certificate, privateKey] = [pem(ca), pem(cert), pem(key)];
  const at = `servers.${server}.upstream.tls`;
  // Node passes over what it cannot read, and would trust nobody, or show nothing, without a word.
  mustBe(`${at}.ca`, ca, authorities, readsCertificates);
  mustBe(`${at}.cert`, cert, certificate, readsCertificates);
  mustBe(`${at}.key`, key, privateKey, createPrivateKey, 'no private key in PEM');
  if ((certificate === undefined) !== (privateKey === undefined)) throw new SettingError(`${at}: cert and key belong together`);
  const made = { ...(authorities && { ca: authorities }), ...(certificate && { cert: certificate, key: privateKey }) };
  try {
    return { context: createSecureContext({ minVersion: 'TLSv1.2', ...made }), digest: digest(JSON.stringify([authorities, certificate, privateKey])) };
  } catch {
    throw new SettingError(`${at}: ${nameOf(key)} is not the key of ${nameOf(cert)}`);
  }
}

/** A variable of the environment that cannot hold line breaks has them as two characters. */
const unfolded = (pem: string): string => (pem.includes('\n') ? pem : pem.replaceAll('\\n', '\n'));

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readsCertificates(pem: string): void {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new Error('there is none');
  for (const one of found) new X509Certificate(one);
}

function mustBe(at: string, from: TextOrSecret | null, pem: string | undefined, read: (pem: string) => unknown, wrong = 'no certificate in PEM'): void {
  if (pem === undefined) return;
  try {
    read(pem);
  } catch {
    throw new SettingError(`${at}: ${nameOf(from)} is ${wrong}`);
  }
}

const nameOf = (from: TextOrSecret | null): string => (from && 'secret' in from ? `secret ${from.secret}` : 'the text there');
