/** Documents for OAuth clients. They are the same for everybody, so they may be kept by whoever passes them on. */
import type { RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import { scopesSupported } from './scopes.js';
import type { WellKnown } from '../decision/well-known.js';
import type { HeaderList } from '../wire/header-list.js';
import { challengeOf } from './challenge.js';
import type { createMirror, Mirrored } from './mirror.js';
import { corsHeaders, type OwnAnswer } from './respond.js';

const HEADERS: HeaderList = ['content-type', 'application/json', 'cache-control', 'public, max-age=300'];

type Given = OwnAnswer | Exclude<Mirrored, string>;

export interface OAuth {
  readonly challenge: typeof challengeOf;
  document(tables: Tables, head: RequestHead, wellKnown: WellKnown): Given | Promise<Given>;
}

export type Mirror = ReturnType<typeof createMirror>;

/** @param mirror null where no client looks here for the metadata of the authorization server */
export function createOAuth(mirror: Mirror | null): OAuth {
  return {
    challenge: challengeOf,
    document(tables, head, wellKnown) {
      const asAnswer = (found: Mirrored): Given =>
        typeof found === 'string' ? { status: 200, headers: [...HEADERS, ...corsHeaders(tables, head)], body: found } : found;
      if (wellKnown.kind === 'resource') return asAnswer(resourceMetadata(tables, wellKnown, head.host));
      const [issuer = ''] = tables.raw.auth.authorizationServers;
      const found = mirror?.metadataOf(issuer) ?? { why: 'this gateway was baked without the metadata of its authorization server', retryAfter: 60 };
      return found instanceof Promise ? found.then(asAnswer) : asAnswer(found);
    },
  };
}

/** RFC 9728 §2. `resource` is what the client dials, or strict clients turn away. */
function resourceMetadata(tables: Tables, { server, path, pathTenant }: Extract<WellKnown, { kind: 'resource' }>, host: string): string {
  const { auth, publicUrl } = tables.raw;
  const scopes = scopesSupported(tables, server, pathTenant ?? tables.tenantOfHost.get(host) ?? null);
  const document = {
    resource: publicUrl + path,
    authorization_servers: auth.authorizationServers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  };
  return `${JSON.stringify(document)}\n`;
}
