/**
 * nginx and the gateway decide alike. The same requests are sent to the gateway alone and through each nginx to the gateway behind it. They must get the same
 * status and the same JSON-RPC code, except for the differences that are listed by name. In front of a server that accepts everything, nginx must still refuse
 * the requests that it has to decide about.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { existing, type Changes } from '../support/example.js';
import { GATEWAY } from './backend.js';
import { NGINXES, NO_NGINX, type Nginx } from './binaries.js';
import { explaining, mayShow } from './differences.js';
import { randomOf, SEED } from '../support/random.js';
import { bytesOf, generate, type Sent } from './generate.js';
import { untenanted, widePlan, widePlanAlone } from './plans.js';
import { codeOf, reasonOf, send, type RawAnswer } from './raw.js';
import { stand, stub, type Stub } from './stand.js';

interface Variant {
  readonly changes: Changes;
  readonly requests: number;
  readonly forwarded: number;
  readonly absolute: number;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  'hosts, tenants and every kind of origin': { changes: {}, requests: 3000, forwarded: 0.1, absolute: 0.08 },
  'behind trusted proxies that make up for a missing Origin': {
    changes: untenanted({ trustedProxies: ['127.0.0.0/8', '2001:db8::/32'], originFallback: 'forwarded' }),
    requests: 1000,
    forwarded: 0.5,
    absolute: 0.25,
  },
  'documents for OAuth clients': {
    changes: { auth: { jwt: [{ issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' }] } },
    requests: 1500,
    forwarded: 0.1,
    absolute: 0.08,
  },
  'documents for OAuth clients of one server, where an Origin is required': {
    changes: {
      auth: { jwt: [{ issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' }] },
      servers: { search: { ...existing('http://127.0.0.1:1/mcp'), origins: ['app', 'previews'] } },
      gateway: { requireOrigin: true, revisions: ['2025-06-18', '2025-11-25'] },
    },
    requests: 800,
    forwarded: 0.1,
    absolute: 0.08,
  },
  'behind trusted proxies': { changes: untenanted({ trustedProxies: ['127.0.0.1'] }), requests: 500, forwarded: 0.4, absolute: 0.08 },
  'allow lists of the gateway and of servers': {
    changes: {
      ...untenanted({ trustedProxies: ['127.0.0.1'], allow: { cidrs: ['127.0.0.0/8', '203.0.113.0/24', '::/0'] } }),
      servers: {
        search: { ...existing('http://127.0.0.1:1/mcp'), origins: ['app', 'previews'], allow: { cidrs: ['203.0.113.7', '2001:db8::/32'] } },
        open: { ...existing('http://127.0.0.1:1/mcp'), origins: ['anything'], allow: { cidrs: ['127.0.0.0/8', '::ffff:203.0.113.0/121'] } },
        files: { ...existing('http://127.0.0.1:1/mcp'), origins: ['laptop', 'tunnel'], allow: { cidrs: ['0.0.0.0/0'] } },
        custom: { ...existing('http://127.0.0.1:1/mcp'), origins: ['app'], route: '/Custom/Route-1.x', allow: { cidrs: ['203.0.113.7', '2001:db8::/32'] } },
      },
    },
    requests: 1500,
    forwarded: 0.4,
    absolute: 0.05,
  },
  'any host, and an Origin is required': {
    changes: { tenants: null, gateway: { hosts: 'any', requireOrigin: true } },
    requests: 500,
    forwarded: 0.1,
    absolute: 0.08,
  },
};

/** The reasons for which nginx itself refuses: those of rows 0 to 6, and the lists of row 7. */
const REASONS_OF_NGINX = new Set([
  'malformed-request', 'repeated-header', 'upgrade-unsupported', 'path-not-literal', 'unknown-host', 'unknown-route', 'preflight-refused',
  'origin-required', 'origin-not-allowed', 'method-not-allowed', 'expectation-unsupported',
  'body-too-large', 'content-type-unsupported', 'address-not-allowed',
]);

const REQUESTS_AT_ONCE = 16;

describe('nginx in front of the gateway answers as the gateway alone', { skip: NO_NGINX }, () => {
  for (const [name, variant] of Object.entries(VARIANTS)) {
    describe(name, () => {
      const random = randomOf();
      const sent = Array.from({ length: variant.requests }, () => generate(random, { ...variant, largeBody: 65_536 }));
      let alone: readonly RawAnswer[] = [];
      let behind: Awaited<ReturnType<typeof GATEWAY.start>>;
      let accepting: Stub;

      before(async () => {
        const gateway = await GATEWAY.start(gatewayTables(widePlanAlone(variant.changes)));
        alone = await ask(gateway.port, sent);
        await gateway.close();
        behind = await GATEWAY.start(gatewayTables(widePlan(variant.changes)));
        // This server answers before the body has arrived, because some requests declare a body that never comes.
        accepting = await stub((incoming, outgoing) => {
          incoming.resume();
          outgoing.end('ok');
        });
      });
      after(async () => {
        await behind.close();
        accepting.close();
      });

      for (const nginx of NGINXES) {
        const context = { release: nginx.release, changes: variant.changes };

        it(`nginx ${nginx.version} with the gateway, seed ${SEED}`, async (t) => {
          const through = await throughNginx(nginx, behind.port, variant, sent);
          let named = 0;
          const unexplained = sent.flatMap((request, index) => {
            const [direct, proxied] = [alone[index]!, through[index]!];
            if (isSame(direct, proxied)) return [];
            const why = explaining(request, context, direct, proxied);
            named += Math.min(1, why.length);
            return why.length > 0 ? [] : [difference(request, index, direct, proxied)];
          });
          t.diagnostic(`${sent.length} requests, ${named} differ by name`);
          assert.deepEqual(unexplained, [], `seed ${SEED}`);
        });

        it(`nginx ${nginx.version} by itself, seed ${SEED}`, async (t) => {
          const through = await throughNginx(nginx, accepting.port, variant, sent);
          let compared = 0;
          const wrong = sent.flatMap((request, index) => {
            if (mayShow(request, context).length > 0) return [];
            compared++;
            const [direct, proxied] = [alone[index]!, through[index]!];
            const isRight = isDecidedByNginx(request, direct, variant)
              ? isSame(direct, proxied) && (direct.status === 400 || reasonOf(direct) === reasonOf(proxied))
              : proxied.status === 200;
            return isRight ? [] : [difference(request, index, direct, proxied)];
          });
          t.diagnostic(`${compared} requests compared`);
          assert.deepEqual(wrong, [], `seed ${SEED}`);
        });
      }
    });
  }
});

async function throughNginx(nginx: Nginx, backend: number, { changes }: Variant, sent: readonly Sent[]): Promise<readonly RawAnswer[]> {
  const edge = await stand(nginx, backend, changes);
  try {
    const answers = await ask(edge.port, sent);
    assert.equal(edge.errors(), '');
    return answers;
  } finally {
    await edge.close();
  }
}

async function ask(port: number, sent: readonly Sent[]): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < sent.length; index = next++) answers[index] = await send(port, bytesOf(sent[index]!));
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, one));
  return answers;
}

function isSame(direct: RawAnswer, proxied: RawAnswer): boolean {
  return direct.status === proxied.status && direct.status !== 0 && codeOf(direct) === codeOf(proxied);
}

/**
 * Whether nginx itself has to refuse the request. The reason is read from the body of the gateway's answer, but an answer to HEAD has no body. All routes
 * except `/health/servers` and documents for OAuth clients refuse HEAD, and nginx does so. These take HEAD: nginx refuses it for its origin, and the gateway
 * alone for missing credentials, an unknown tenant or an authorization server that cannot be asked. The gateway also answers health probes, and refuses other
 * methods there (`Allow: GET, HEAD`).
 */
function isDecidedByNginx({ method, target, headers }: Sent, alone: RawAnswer, { changes }: Variant): boolean {
  const isServers = /\/health\/servers(?:\?|$)/.test(target);
  if (alone.headers['allow'] === 'GET, HEAD') return isServers || target.includes('/.well-known/');
  if (method !== 'HEAD') return REASONS_OF_NGINX.has(reasonOf(alone) ?? '');
  if (alone.status === 401 || alone.status === 503) return false;
  const hasOrigin = headers.some(([name, value]) => name.toLowerCase() === 'origin' && value !== '');
  const isOfTenant = isServers && alone.status === 403 && !hasOrigin && changes.tenants === undefined && !changes.gateway?.requireOrigin;
  return alone.status >= 400 && !isOfTenant;
}

/** What the message of a failure says about a request whose answers are not the same. */
function difference(request: Sent, index: number, direct: RawAnswer, proxied: RawAnswer): string {
  const [alone, through] = [direct, proxied].map((answer) => `${answer.status} ${reasonOf(answer) ?? ''}`);
  return `#${index} alone ${alone}, through nginx ${through}: ${JSON.stringify(bytesOf(request))}`;
}
