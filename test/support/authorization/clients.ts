/** The clients of an authorization server: declared, registered dynamically (RFC 7591), or known by a document at the URL that is their id. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { OAuthError } from './oauth-error.js';

export interface OAuthClient {
  readonly id: string;
  /** Null for a public client. */
  readonly secret: string | null;
  readonly redirectUris: readonly string[];
}

export interface Clients {
  declare(client: { readonly id: string; readonly secret?: string; readonly redirectUris?: readonly string[] }): void;
  /** The answer to a registration (RFC 7591 §3.2.1). */
  register(metadata: unknown): Readonly<Record<string, unknown>>;
  /** Where a test keeps the document of an `https` client id, on loopback. */
  readonly documents: Map<string, string>;
  /** @throws {OAuthError} where nobody knows it */
  find(id: string | null): Promise<OAuthClient>;
  /** The client that a request to the token endpoint comes from. @throws {OAuthError} where it does not show who it is */
  authenticate(request: IncomingMessage, form: URLSearchParams): Promise<OAuthClient>;
}

export function createClients(): Clients {
  const known = new Map<string, OAuthClient>();
  const documents = new Map<string, string>();
  const clients: Clients = {
    documents,
    declare: ({ id, secret = null, redirectUris = [] }) => void known.set(id, { id, secret, redirectUris }),

    register(metadata) {
      const { redirect_uris: uris, token_endpoint_auth_method: method = 'client_secret_basic', ...rest } = (metadata ?? {}) as Record<string, unknown>;
      if (!Array.isArray(uris) || uris.length === 0) throw new OAuthError('invalid_redirect_uri', 'redirect_uris is missing');
      const client = { id: `dcr-${randomUUID()}`, secret: method === 'none' ? null : randomUUID(), redirectUris: uris.map(String) };
      known.set(client.id, client);
      const secret = client.secret === null ? {} : { client_secret: client.secret, client_secret_expires_at: 0 };
      return { ...rest, redirect_uris: client.redirectUris, token_endpoint_auth_method: method, client_id: client.id, ...secret };
    },

    async find(id) {
      const client = known.get(id ?? '');
      if (client) return client;
      if (id === null || !URL.canParse(id)) throw new OAuthError('invalid_client', 'no such client', 401);
      return fromDocument(id, documents.get(id) ?? id);
    },

    async authenticate({ headers }, form) {
      const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
      const [basicId, basicSecret] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
      const client = await clients.find(basicId ?? form.get('client_id'));
      if (client.secret !== null && client.secret !== (basicSecret ?? form.get('client_secret'))) throw new OAuthError('invalid_client', 'wrong secret', 401);
      return client;
    },
  };
  return clients;
}

/** Client ID Metadata Documents: the id is the URL of the document, and the document says so too. Only documents of this machine are fetched. */
async function fromDocument(id: string, where: string): Promise<OAuthClient> {
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(where).hostname);
  if (!isHere) throw new OAuthError('invalid_client', 'its document is not on this machine', 401);
  const response = await fetch(where, { redirect: 'error' });
  const document = (await response.json()) as Record<string, unknown>;
  if (!response.ok || document['client_id'] !== id) throw new OAuthError('invalid_client', 'its document does not name it', 401);
  return { id, secret: null, redirectUris: (document['redirect_uris'] as string[] | undefined) ?? [] };
}
