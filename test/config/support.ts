/** A config that has something of everything, and ways to change one place of it and to read what validation says. */
import { FIELDS } from '#src/config/fields.js';
import { validate } from '#src/config/validate.js';
import type { Model } from '#src/config/model.js';
import type { Diagnostic } from '#src/diagnostics/diagnostic.js';

export type Json = Readonly<Record<string, unknown>>;

/** Every reference has something to refer to, every object with required keys has them, and every kind of server is there. */
export const BASE: Json = {
  name: 'acme',
  gateway: {
    admin: {}, listen: {}, limits: { perClient: {} }, headers: {}, timeouts: {}, cors: {}, log: {}, resources: { requests: {}, limits: {} },
    traces: { otlp: 'https://otel.acme.com' },
    revisions: ['2024-11-05', '2025-06-18', '2026-07-28'],
  },
  auth: {
    clients: { ci: { keys: [{ secret: 'CI_KEY' }] } },
    jwt: { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks.json' },
    lookup: { url: 'https://id.acme.com/tenant' },
  },
  servers: {
    web: {
      kind: 'http',
      image: 'ghcr.io/acme/web:1.4.2',
      resources: { requests: {}, limits: {} },
      volumes: [{ name: 'data', path: '/data', size: '1gb' }],
      health: { path: '/health' },
      transform: { request: {}, response: {} },
      dev: { command: ['node', 'web.js'] },
    },
    there: { kind: 'http', instances: [{ url: 'https://a.acme.com/mcp', region: 'ord' }], strategy: 'even', upstream: { headers: {}, tls: {} } },
    asked: {
      kind: 'http', image: 'asked', health: { mcp: 'ping' },
      upstream: { exchange: { url: 'https://id.acme.com/token', client: { id: 'gateway' }, grant: 'token-exchange' } },
    },
    checked: { kind: 'http', image: 'checked', health: { command: ['true'] } },
    tool: { kind: 'stdio', command: ['tool'], dev: { command: ['tool'] }, limits: {}, transform: { request: {}, response: {} } },
  },
  origins: { app: 'https://app.acme.com', more: { origin: 'https://more.acme.com' }, wild: { preset: 'ngrok' } },
  tenants: { acme: { match: { client: 'ci' }, forward: { signed: { prefix: 'X-A-', secret: { secret: 'SIGNING' } }, bearer: { audience: 'a' } } } },
  strategies: { even: { balance: 'rendezvous', timeouts: {}, breaker: {}, ejection: {} }, named: { balance: 'round-robin' } },
  targets: { nginx: {}, compose: {}, kubernetes: {}, fly: { region: 'ord', vm: {} } },
  images: {},
  policy: {
    rules: {},
    suppress: [{ rule: 'MCP109', path: 'origins.app', reason: 'known' }],
    expect: [
      { request: { server: 'web' }, decision: 'deny' },
      { request: { path: '/elsewhere' }, decision: 'deny' },
    ],
  },
};

/** The smallest valid config, and what a test adds to it. */
export const least = (more: Json = {}): Json => ({ name: 'acme', servers: { web: { kind: 'http', image: 'web' } }, ...more });

/** A copy of `root` with another value at a dotted path; objects on the way are made where there are none. */
export function withAt(root: unknown, path: string, value: unknown): Json {
  const put = (node: unknown, [key = '', ...rest]: readonly string[]): unknown => {
    const inner = rest.length === 0 ? value : put((node as Json | undefined)?.[key], rest);
    if (Array.isArray(node)) return node.map((item: unknown, i) => (String(i) === key ? inner : item));
    return { ...(node as Json | undefined), [key]: inner };
  };
  return put(root, path.split('.')) as Json;
}

export function valueAt(root: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (typeof node === 'object' && node !== null ? (node as Json)[key] : undefined), root);
}

export function diagnosticsOf(value: unknown): readonly Diagnostic[] {
  const validated = validate(value);
  return validated.ok ? [] : validated.diagnostics;
}

export function modelOf(value: unknown): Model {
  const validated = validate(value);
  if (!validated.ok) throw new Error(`not valid: ${said(value).join('; ')}`);
  return validated.model;
}

export function pathOf({ place }: Diagnostic): string {
  return place.kind === 'path' ? place.path.join('.') : place.kind;
}

/** `unknown-key gateway.urll`, one for each thing that is wrong. */
export function said(value: unknown): readonly string[] {
  return diagnosticsOf(value).map((diagnostic) => `${diagnostic.code} ${pathOf(diagnostic)}`);
}

/** The only thing that is wrong, as people read it. */
export function message(value: unknown): string {
  const [diagnostic, ...more] = diagnosticsOf(value);
  if (diagnostic === undefined || more.length > 0) throw new Error(`expected one diagnostic; got ${said(value).join('; ') || 'none'}`);
  return diagnostic.help === null ? diagnostic.message : `${diagnostic.message} | ${diagnostic.help}`;
}

/** Every place that the schema has: names that the user chooses are `*`, places in a list `#`. */
export const PATTERNS: ReadonlySet<string> = new Set(FIELDS.map(({ pattern }) => pattern).filter((pattern) => pattern !== ''));

/** `servers.web.port` → `servers.*.port`. */
export function patternOf(path: string): string {
  return path.split('.').reduce((pattern, key) => {
    const [isName, isPlaceInList] = [PATTERNS.has(`${pattern}.*`), /^\d+$/.test(key)];
    const step = isPlaceInList ? '#' : isName && !PATTERNS.has(`${pattern}.${key}`) ? '*' : key;
    return pattern === '' ? step : `${pattern}.${step}`;
  }, '');
}
