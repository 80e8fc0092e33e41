/** Tokens of an issuer whose key is the secret `JWT_SECRET`, for tests that are about something else than tokens. */
import { createHmac } from 'node:crypto';
import { secretValue } from './gateway.js';

export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'https://mcp.example.com';

/** What `auth.jwt` says of it. */
export const HS256 = { issuer: ISSUER, secret: { secret: 'JWT_SECRET' }, audience: AUDIENCE };

/** A token that is good for an hour, with these claims beside those that every token has. */
export function hs256(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: ISSUER, aud: AUDIENCE, sub: 's', exp, ...claims })}`;
  return `${signed}.${createHmac('sha256', secretValue('JWT_SECRET')).update(signed).digest('base64url')}`;
}
