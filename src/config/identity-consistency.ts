/** Checks between what says who calls: issuers, the authorization API, and the tenants that are recognised by their word. */
import { closest, didYouMean } from '../diagnostics/closest.js';
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { duplicates } from './duplicates.js';
import type { Model } from './model.js';
import { isObject, placesOf } from './places.js';
import { problem } from './problem.js';
import { isIssuerUrl } from './schema/urls.js';

export type Auth = Partial<Model['auth']>;
type Issuer = NonNullable<Model['auth']['jwt']>[number];

export function* identityProblems(auth: Auth, tenants: Model['tenants'], config: unknown): Iterable<Diagnostic> {
  const { jwt = [], lookup, clients = {}, environmentKeys, authorizationServers } = auth;
  for (const [index, issuer] of jwt.entries()) yield* issuerProblems(issuer, issuerPath(config, index));
  yield* sameIssuers(jwt, config);
  if (environmentKeys && Object.keys(clients).length === 0) {
    yield problem('no-effect', ['auth', 'environmentKeys'], 'keys of the environment belong to clients of auth.clients, and none is declared', { key: true });
  }
  // Where an issuer or the lookup has the wrong shape, that is said, and not what would follow from its absence.
  if (has(config, 'jwt') || has(config, 'lookup')) {
    yield* duplicates(authorizationServers ?? [], ['auth', 'authorizationServers'], 'authorization server');
  } else if (authorizationServers) {
    const message = 'the tokens of these servers would be accepted by nobody: there is neither auth.jwt nor auth.lookup';
    yield problem('no-effect', ['auth', 'authorizationServers'], message, { key: true });
  }
  yield* matchProblems({ jwt, hasJwt: has(config, 'jwt'), hasLookup: lookup !== undefined || has(config, 'lookup') }, tenants, config);
}

/** Whether `auth` has this key, whatever is in it. Of one that is no object, or has nearly that key, nobody knows what it would have had. */
export function has(config: unknown, key: string): boolean {
  const auth = isObject(config) ? config['auth'] : undefined;
  if (!isObject(auth)) return auth !== undefined;
  return Object.entries(auth).some(([own, value]) => value !== undefined && (own === key || closest(own, [key]) !== null));
}

/** One issuer may stand without a list. */
function issuerPath(config: unknown, index: number): ConfigPath {
  const auth = isObject(config) ? config['auth'] : undefined;
  return isObject(auth) && Array.isArray(auth['jwt']) ? ['auth', 'jwt', index] : ['auth', 'jwt'];
}

function* issuerProblems({ issuer, jwks, secret, algorithms = [] }: Issuer, at: ConfigPath): Iterable<Diagnostic> {
  if (jwks === undefined && secret === undefined) {
    yield problem('issuer-keys', at, `issuer "${issuer}" needs the URL of its keys (jwks), or a shared secret (secret)`, { key: true });
    return;
  }
  if (jwks !== undefined && secret !== undefined) {
    // Whoever signs with the public key as if it were the secret would be believed (RFC 8725 §2.1).
    yield problem('issuer-keys', at, `issuer "${issuer}" has both jwks and secret; exactly one says what its tokens are verified with`, { key: true });
    return;
  }
  yield* duplicates(algorithms, [...at, 'algorithms'], 'algorithm');
  for (const [index, algorithm] of algorithms.entries()) {
    if ((algorithm === 'HS256') === (secret !== undefined)) continue;
    const why = secret ? `a shared secret verifies HS256 alone, not ${algorithm}` : 'HS256 needs a shared secret (secret), and jwks publishes keys';
    yield problem('issuer-algorithm', [...at, 'algorithms', index], why);
  }
  if (jwks === undefined || isIssuerUrl(issuer)) return;
  const message = `expected an https URL (http for loopback hosts only), such as "https://id.acme.com"; got ${JSON.stringify(issuer)}`;
  yield problem('issuer-url', [...at, 'issuer'], message, { help: 'write `iss` as it is in its tokens' });
}

/** The issuer that a token names judges it, so that name says which one that is. */
function* sameIssuers(issuers: readonly Issuer[], config: unknown): Iterable<Diagnostic> {
  for (const [index, { issuer }] of issuers.entries()) {
    if (issuers.findIndex((other) => other.issuer === issuer) === index) continue;
    yield problem('duplicate', [...issuerPath(config, index), 'issuer'], `issuer "${issuer}" is already listed; a token is judged by one`);
  }
}

interface Known {
  readonly jwt: readonly Issuer[];
  readonly hasJwt: boolean;
  readonly hasLookup: boolean;
}

function* matchProblems({ jwt, hasJwt, hasLookup }: Known, tenants: Model['tenants'], config: unknown): Iterable<Diagnostic> {
  for (const [path] of matches(config, 'lookup')) {
    const help = "add auth.lookup: { url: 'https://…' }";
    if (!hasLookup) yield problem('tenant-match', path, 'no authorization API is asked which tenant it is: there is no auth.lookup', { key: true, help });
  }
  const seen: { readonly tenant: string; readonly claims: Claims }[] = [];
  for (const [path, value] of matches(config, 'claim')) {
    const tenant = String(path[1]);
    if (!isObject(value) || !Object.hasOwn(tenants, tenant)) continue;
    const claims = Object.entries(value).map(([name, wanted]) => [name, String(wanted)] as const);
    if (!hasJwt) {
      const help = "add auth.jwt: { issuer: 'https://…', jwks: 'https://…' }";
      yield problem('tenant-match', path, 'no token is read that could have claims: there is no auth.jwt', { key: true, help });
      continue;
    }
    yield* whoseClaims(jwt, claims, path);
    for (const other of seen) if (other.tenant !== tenant) yield* bothMatch(other, { tenant, claims }, path);
    seen.push({ tenant, claims });
  }
}

type Claims = readonly (readonly [name: string, value: string])[];

function* matches(config: unknown, key: string): Iterable<readonly [ConfigPath, unknown]> {
  yield* placesOf(config, `tenants.*.match.${key}`);
  yield* placesOf(config, `tenants.*.match.#.${key}`);
}

/** Each issuer says what it likes: a claim means something only together with who says it. */
function* whoseClaims(issuers: readonly Issuer[], claims: Claims, path: ConfigPath): Iterable<Diagnostic> {
  const named = claims.find(([name]) => name === 'iss')?.[1];
  const known = issuers.map(({ issuer }) => issuer);
  if (named === undefined && issuers.length > 1) {
    const message = `there are ${issuers.length} issuers, and each of them could say this of anybody; name the one that is meant as iss`;
    yield problem('tenant-match', path, message, { help: `claim: { iss: '${known[0] ?? ''}', … }` });
  } else if (named !== undefined && known.length > 0 && !known.includes(named)) {
    yield problem('tenant-match', [...path, 'iss'], `no issuer of auth.jwt is "${named}"${didYouMean(named, known)}`);
  }
}

/** A token that has all claims of one tenant's match and, because those are among them, of another's is refused: nobody could ever call for it. */
function* bothMatch(one: { readonly tenant: string; readonly claims: Claims }, other: typeof one, path: ConfigPath): Iterable<Diagnostic> {
  const holds = (all: Claims, some: Claims): boolean => some.every(([name, value]) => all.some(([n, v]) => n === name && v === value));
  if (holds(one.claims, other.claims) && holds(other.claims, one.claims)) {
    yield problem('tenant-match', path, `these claims are already recognised as tenant "${one.tenant}"; a request is one tenant's`);
  } else if (holds(one.claims, other.claims) || holds(other.claims, one.claims)) {
    const [more, less] = holds(one.claims, other.claims) ? [one, other] : [other, one];
    const message = `every token of tenant "${more.tenant}" has the claims of tenant "${less.tenant}" as well, and would be refused: a request is one tenant's`;
    yield problem('tenant-match', path, message);
  }
}
