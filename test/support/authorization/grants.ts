/** The grants of a token endpoint, by `grant_type`: what each wants to see, and which token it gives for it. */
import { createHash, randomUUID } from 'node:crypto';
import type { OAuthClient } from './clients.js';
import type { Claims } from './keys.js';
import { OAuthError } from './oauth-error.js';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
/** The `typ` of an identity assertion authorization grant. */
export const ID_JAG_TYPE = 'oauth-id-jag+jwt';

/** What was granted, and to whom. */
export interface Grant {
  readonly client: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
}

/** A grant that waits behind a code until its client comes for it. */
export interface Waiting extends Grant {
  readonly redirectUri: string;
  readonly challenge: string;
}

/** What grants need of the server that gives them. */
export interface Granting {
  readonly issuer: string;
  /** Of tokens that were asked for without one; null for the client's id. */
  readonly audience: string | null;
  /** A signed token with the claims that each has, and these. */
  issue(claims: Claims, header?: Claims): string;
  /** The claims of a token that is of this server or one that it trusts, and still valid; null for others. */
  read(token: string): { readonly header: Claims; readonly claims: Claims } | null;
  /** The scopes that are granted, of those that were asked for. */
  allowed(scopes: readonly string[]): readonly string[];
  expiresIn(): number;
  readonly codes: Map<string, Waiting>;
  readonly refreshes: Map<string, Grant>;
}

type Give = (server: Granting, client: OAuthClient, form: URLSearchParams) => Claims;

export const words = (text: string | null | undefined): readonly string[] => (text ?? '').split(' ').filter((word) => word !== '');

export const GRANTS: Readonly<Record<string, Give>> = {
  authorization_code: (server, client, form) => {
    const code = form.get('code') ?? '';
    const waiting = server.codes.get(code);
    // A code works once (RFC 6749 §4.1.2).
    server.codes.delete(code);
    if (!waiting || waiting.client !== client.id) throw new OAuthError('invalid_grant', 'no such code of this client');
    if (waiting.redirectUri !== form.get('redirect_uri')) throw new OAuthError('invalid_grant', 'another redirect_uri than that of the authorization request');
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (challenge !== waiting.challenge) throw new OAuthError('invalid_grant', 'the code_verifier does not fit its code_challenge (RFC 7636 §4.6)');
    const resource = form.get('resource');
    if (resource !== null && !waiting.audiences.includes(resource)) throw new OAuthError('invalid_target', 'another resource was authorized');
    return withRefresh(server, waiting);
  },

  refresh_token: (server, client, form) => {
    const token = form.get('refresh_token') ?? '';
    const grant = server.refreshes.get(token);
    // Those of public clients are rotated (OAuth 2.1 §4.3.1).
    server.refreshes.delete(token);
    if (!grant || grant.client !== client.id) throw new OAuthError('invalid_grant', 'no such refresh token of this client');
    const asked = words(form.get('scope'));
    if (asked.some((scope) => !grant.scopes.includes(scope))) throw new OAuthError('invalid_scope', 'more than was granted');
    return withRefresh(server, asked.length > 0 ? { ...grant, scopes: asked } : grant);
  },

  client_credentials: (server, client, form) => {
    if (client.secret === null) throw new OAuthError('unauthorized_client', 'public clients have no credentials');
    return accessToken(server, { client: client.id, subject: client.id, audiences: form.getAll('resource'), scopes: server.allowed(words(form.get('scope'))) });
  },

  // RFC 8693 §2. An ID-JAG is an assertion for another authorization server (draft-ietf-oauth-identity-assertion-authz-grant §4).
  [TOKEN_EXCHANGE]: (server, client, form) => {
    if (!form.has('subject_token_type')) throw new OAuthError('invalid_request', 'subject_token_type is missing');
    const subject = server.read(form.get('subject_token') ?? '');
    if (!subject) throw new OAuthError('invalid_grant', 'the subject_token is not accepted');
    const audiences = [...form.getAll('audience'), ...form.getAll('resource')];
    const scopes = server.allowed(words(form.get('scope')));
    const sub = String(subject.claims['sub']);
    const wanted = form.get('requested_token_type') ?? ACCESS_TOKEN;
    if (wanted === ACCESS_TOKEN) {
      const act = { sub: client.id };
      return { ...accessToken(server, { client: client.id, subject: sub, audiences, scopes }, { act }), issued_token_type: ACCESS_TOKEN };
    }
    if (wanted !== ID_JAG || !form.has('audience')) throw new OAuthError('invalid_request', 'this requested_token_type is not served, or audience is missing');
    const resource = form.get('resource');
    const claims = { sub, aud: form.get('audience'), client_id: client.id, scope: scopes.join(' '), ...(resource !== null && { resource }) };
    const token = server.issue(claims, { typ: ID_JAG_TYPE });
    return { issued_token_type: ID_JAG, access_token: token, token_type: 'N_A', expires_in: server.expiresIn(), scope: scopes.join(' ') };
  },

  // RFC 7523 §2.1 with an ID-JAG.
  [JWT_BEARER]: (server, client, form) => {
    const assertion = server.read(form.get('assertion') ?? '');
    if (!assertion || assertion.header['typ'] !== ID_JAG_TYPE) throw new OAuthError('invalid_grant', 'the assertion is not accepted');
    const { aud, sub, client_id: holder, scope, resource } = assertion.claims;
    if (aud !== server.issuer) throw new OAuthError('invalid_grant', 'the assertion is for another authorization server');
    if (holder !== client.id) throw new OAuthError('invalid_grant', 'the assertion is for another client');
    const granted = words(String(scope ?? ''));
    const asked = words(form.get('scope'));
    const scopes = asked.length > 0 ? asked.filter((one) => granted.includes(one)) : granted;
    const audiences = typeof resource === 'string' ? [resource] : form.getAll('resource');
    return accessToken(server, { client: client.id, subject: String(sub), audiences, scopes });
  },
};

/** The answer with an access token (RFC 6749 §5.1), whose claims are those of RFC 9068. */
function accessToken(server: Granting, { client, subject, audiences, scopes }: Grant, more: Claims = {}): Claims {
  const aud = audiences.length === 0 ? (server.audience ?? client) : audiences.length === 1 ? audiences[0] : audiences;
  const token = server.issue({ sub: subject, aud, client_id: client, scope: scopes.join(' '), ...more });
  return { access_token: token, token_type: 'Bearer', expires_in: server.expiresIn(), scope: scopes.join(' ') };
}

function withRefresh(server: Granting, grant: Grant): Claims {
  const token = randomUUID();
  server.refreshes.set(token, grant);
  return { ...accessToken(server, grant), refresh_token: token };
}
