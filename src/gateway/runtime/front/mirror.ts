/**
 * The metadata of the authorization server, for clients of 2025-03-26: they know no other place to ask for them than the origin of the server that they call.
 * Asked for when somebody wants them, once at a time, and kept.
 */
import { ask } from '../identity/ask.js';
import type { Log } from '../process/log.js';

/** Milliseconds for which they are kept, and for which they still do while the authorization server does not answer. */
const FRESH = 300_000;
const STALE = 3_600_000;
/** Milliseconds after a failure in which it is not asked again. */
const PAUSE = 5000;
const TIMEOUT = 5000;

/** The document, or why there is none, and the seconds after which it is worth asking again. */
export type Mirrored = string | { readonly why: string; readonly retryAfter: number };

interface Kept {
  readonly text: string;
  readonly since: number;
}

/** @param now milliseconds of a clock that never goes back @param timeout milliseconds that one question may take */
export function createMirror(log: Log, now: () => number = () => performance.now(), timeout = TIMEOUT) {
  let of = '';
  let kept: Kept | null = null;
  let failed: { readonly why: string; readonly at: number } | null = null;
  let asking: Promise<void> | null = null;

  const fetch = (issuer: string): Promise<void> =>
    metadataFrom(issuer, timeout).then(
      (text) => {
        if (of !== issuer) return;
        kept = { text, since: now() };
        failed = null;
      },
      (error: unknown) => {
        if (of !== issuer) return;
        const why = error instanceof Error ? error.message : String(error);
        log('warn', 'authorization-server-unavailable', { issuer, error: why });
        failed = { why, at: now() };
      },
    );

  const found = (): Mirrored => {
    if (kept && now() - kept.since < STALE) return kept.text;
    const left = PAUSE - (now() - (failed?.at ?? 0));
    return { why: failed?.why ?? 'the config names another authorization server now', retryAfter: Math.max(1, Math.ceil(left / 1000)) };
  };

  return {
    metadataOf(issuer: string): Mirrored | Promise<Mirrored> {
      if (of !== issuer) [of, kept, failed, asking] = [issuer, null, null, null];
      const isFresh = kept !== null && now() - kept.since < FRESH;
      const isPaused = failed !== null && now() - failed.at < PAUSE;
      if (isFresh || isPaused) return found();
      const mine = (asking ??= fetch(issuer).finally(() => {
        if (asking === mine) asking = null;
      }));
      // Those that have been kept are answered while new ones are on their way.
      return kept && now() - kept.since < STALE ? kept.text : mine.then(found);
    },
  };
}

/** Where an issuer's metadata may be (RFC 8414 §3.1 and §5, OpenID Connect Discovery 1.0 §4). */
function placesOf(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const openid = '/.well-known/openid-configuration';
  return [...new Set([`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}${openid}${path}`, `${origin}${path}${openid}`])];
}

/** @throws with the cause, where they cannot be had or are not those of this issuer */
async function metadataFrom(issuer: string, timeout: number): Promise<string> {
  let status = 0;
  for (const place of placesOf(issuer)) {
    const told = await ask(place, { timeout });
    status = told.status;
    if (status === 200) return checked(told.text, issuer);
    if (status >= 500) break;
  }
  throw new Error(`${new URL(issuer).host}: no metadata, it answered ${status}`);
}

const URLS = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint'] as const;

/** Clients send their users and secrets to what stands here, so it is passed on only as the issuer's own word (RFC 8414 §3.3). */
function checked(text: string, issuer: string): string {
  const fail = (what: string): never => {
    throw new Error(`${new URL(issuer).host}: ${what}`);
  };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return fail('its metadata are no JSON');
  }
  if (typeof document !== 'object' || document === null) return fail('its metadata are no object');
  const said = document as Readonly<Record<string, unknown>>;
  if (typeof said['issuer'] !== 'string' || plain(said['issuer']) !== plain(issuer)) return fail('its metadata are those of another issuer');
  for (const name of URLS) {
    if (said[name] === undefined && name !== 'authorization_endpoint' && name !== 'token_endpoint') continue;
    if (!isEndpoint(said[name], issuer)) return fail(`its metadata have no ${name} that a client could use`);
  }
  return `${JSON.stringify(document)}\n`;
}

const plain = (issuer: string): string => issuer.replace(/\/$/, '');

/** Not less protected than the issuer itself. */
function isEndpoint(url: unknown, issuer: string): boolean {
  return typeof url === 'string' && URL.canParse(url) && [new URL(issuer).protocol, 'https:'].includes(new URL(url).protocol);
}
