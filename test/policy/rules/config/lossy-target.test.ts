import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGET_LOSSES } from '#src/emit/registry.js';
import type { HealthPlan } from '#src/plan/server-types.js';
import type { Plan } from '#src/plan/types.js';
import { lossyTarget as rule } from '#src/policy/rules/config/lossy-target.js';
import { bareCommand, EXAMPLE_TARGETS, existing, HTTP_HEALTH, image, npm, TCP_HEALTH, volume } from '../../../support/plan.js';
import { findingsOf, found, planOf } from '../../support.js';

const { compose, kubernetes, fly, nginx } = EXAMPLE_TARGETS as Required<{
  [key in keyof typeof EXAMPLE_TARGETS]: NonNullable<(typeof EXAMPLE_TARGETS)[key]>;
}>;
const tls = { certificate: '/etc/tls/a.crt', key: '/etc/tls/a.key' };
const UNEXPOSED = { ...kubernetes, exposure: { kind: 'none' } } as const;
const odd: Plan['traffic']['publicUrl'] = {
  href: 'https://mcp.acme.test:8443',
  scheme: 'https',
  host: 'mcp.acme.test',
  port: 8443,
  isPublic: true,
  from: 'gateway.url',
};
const loopback = existing('http://127.0.0.1:9000/mcp');
const shared = image({ workload: { replicas: 2, volumes: [volume('data')] } });
const ownVolumes = image({ workload: { replicas: 2, volumes: [volume('data', { perInstance: true })] } });
const oneVolume = image({ workload: { volumes: [volume('data')] } });
const twoVolumes = image({ workload: { volumes: [volume('data'), volume('index')] } });
const asked = (health: HealthPlan) => image({ workload: { health } });
const PING: HealthPlan = { ...TCP_HEALTH, kind: 'mcp', ask: 'ping' };
const COMMAND: HealthPlan = { ...TCP_HEALTH, kind: 'command', command: ['true'] };
const plain = existing('https://a.acme.test/mcp');
const choice = { balance: 'random', by: 'principal', preferRegion: true, retries: 0, breaker: null, ejection: 0.5 } as const;
const regional = { ...plain, pool: { choice } };
const spans = (otlp: string) => ({ otlp, sample: 1 });
const noToken = { port: 9180, host: null, readToken: null, writeToken: null };

type Lost = [Plan, readonly string[]];
const CASES: readonly { readonly feature: string; readonly lost: readonly Lost[]; readonly kept: readonly Plan[] }[] =
  [
    {
      feature: 'a server that a container could not hold',
      lost: [[planOf({ servers: { files: bareCommand() }, targets: { compose, kubernetes } }), ['warn servers.files']]],
      kept: [
        planOf({ servers: { files: bareCommand() } }),
        planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { compose, fly } }),
      ],
    },
    {
      feature: 'instances on loopback',
      lost: [[planOf({ servers: { a: loopback }, targets: { compose, fly } }), ['warn servers.a']]],
      kept: [
        planOf({ servers: { a: loopback } }),
        planOf({ servers: { a: loopback }, targets: { nginx } }),
        planOf({ targets: { compose } }),
      ],
    },
    {
      feature: 'packages on Kubernetes',
      lost: [[planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { kubernetes } }), ['warn servers.x.npm']]],
      kept: [planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { compose } })],
    },
    {
      feature: 'TLS at nginx beside a platform without it',
      lost: [
        [planOf({ targets: { nginx: { ...nginx, tls }, kubernetes } }), ['warn gateway.tls']],
        [planOf({ targets: { nginx: { ...nginx, tls }, kubernetes, fly } }), ['warn gateway.tls']],
      ],
      kept: [planOf({ targets: { nginx: { ...nginx, tls }, compose } }), planOf({ targets: { nginx, kubernetes } })],
    },
    {
      feature: 'a public URL on Kubernetes without exposure',
      lost: [[planOf({ targets: { kubernetes: UNEXPOSED } }), ['warn targets.kubernetes']]],
      kept: [
        planOf({ targets: { kubernetes } }),
        planOf({ targets: { kubernetes: UNEXPOSED }, traffic: { publicUrl: { ...odd, isPublic: false } } }),
      ],
    },
    {
      feature: 'ports of the public URL on Fly',
      lost: [[planOf({ targets: { fly }, traffic: { publicUrl: odd } }), ['warn gateway.url']]],
      kept: [planOf({ targets: { fly } }), planOf({ targets: { kubernetes }, traffic: { publicUrl: odd } })],
    },
    {
      feature: 'a number of machines on Fly',
      lost: [
        [
          planOf({ targets: { fly }, gateway: { replicas: 2 }, servers: { search: image({ workload: { replicas: 3 } }) } }),
          ['info gateway', 'info servers.search'],
        ],
      ],
      kept: [planOf({ targets: { fly } }), planOf({ targets: { kubernetes }, gateway: { replicas: 2 } })],
    },
    {
      feature: 'gateway processes behind one published port',
      lost: [[planOf({ targets: { compose }, gateway: { replicas: 2 } }), ['warn gateway']]],
      kept: [planOf({ targets: { compose, nginx }, gateway: { replicas: 2 } }), planOf({ targets: { compose } })],
    },
    {
      feature: 'a volume that instances share on Fly',
      lost: [[planOf({ targets: { fly }, servers: { search: shared } }), ['warn volumes.data', 'info servers.search']]],
      kept: [
        planOf({ targets: { compose }, servers: { search: shared } }),
        planOf({ targets: { compose }, servers: { search: ownVolumes } }),
      ],
    },
    {
      feature: 'several volumes of a machine on Fly',
      lost: [[planOf({ targets: { fly }, servers: { search: twoVolumes } }), ['error servers.search']]],
      kept: [
        planOf({ targets: { compose, kubernetes }, servers: { search: twoVolumes } }),
        planOf({ targets: { fly }, servers: { search: oneVolume } }),
      ],
    },
    {
      feature: 'a volume that pods share on Kubernetes',
      lost: [[planOf({ targets: { kubernetes }, servers: { search: shared } }), ['info volumes.data']]],
      kept: [
        planOf({ targets: { kubernetes }, servers: { search: ownVolumes } }),
        planOf({ targets: { kubernetes }, servers: { search: twoVolumes } }),
      ],
    },
    {
      feature: 'questions of health that kubernetes cannot ask',
      lost: [
        [planOf({ servers: { a: asked(PING) }, targets: { kubernetes } }), ['info servers.a.health']],
        [planOf({ servers: { a: asked(PING) }, targets: { kubernetes, fly } }), ['info servers.a.health', 'info servers.a.health']],
        ...[{ method: 'HEAD' }, { method: 'POST' }, { status: 404 }, { status: 204 }, { body: 'ok' }].map((more): Lost => {
          const health = { ...HTTP_HEALTH, ...more } as HealthPlan;
          return [planOf({ servers: { a: asked(health) }, targets: { kubernetes } }), ['info servers.a.health']];
        }),
      ],
      kept: [
        planOf({ servers: { a: asked(HTTP_HEALTH), b: asked(TCP_HEALTH), c: asked(COMMAND) }, targets: { kubernetes } }),
        planOf({ servers: { a: asked(PING), b: asked(COMMAND) }, targets: { compose } }),
        planOf({ servers: { a: asked(PING), b: asked(COMMAND) } }),
      ],
    },
    {
      feature: 'questions of health that fly cannot ask',
      lost: [
        [planOf({ servers: { a: asked({ ...HTTP_HEALTH, status: 302 }) }, targets: { fly } }), ['info servers.a.health']],
        // Nobody runs it there.
        [planOf({ servers: { a: asked(COMMAND) }, targets: { fly } }), ['warn servers.a.health']],
      ],
      kept: [
        planOf({ servers: { a: asked(HTTP_HEALTH), b: asked(TCP_HEALTH), c: npm('@acme/files@1.0.0') }, targets: { fly } }),
        planOf({ servers: { a: asked(PING), b: asked(COMMAND) }, targets: { compose } }),
        planOf({ servers: { a: asked(PING), b: asked(COMMAND) } }),
      ],
    },
    {
      feature: 'the gateway’s region where no platform tells it',
      lost: [
        [planOf({ servers: { a: regional }, targets: { compose } }), ['warn servers.a.strategy']],
        [planOf({ servers: { a: regional, b: existing('https://b.acme.test/mcp') }, targets: { kubernetes, fly } }), ['warn servers.a.strategy']],
      ],
      kept: [planOf({ servers: { a: regional } }), planOf({ servers: { a: regional }, targets: { fly } }), planOf({ targets: { compose } })],
    },
    {
      feature: 'a collector on loopback',
      lost: [[planOf({ targets: { compose, fly }, traffic: { traces: spans('http://127.0.0.1:4318/v1/traces') } }), ['warn gateway.traces.otlp']]],
      kept: [
        planOf({ traffic: { traces: spans('http://127.0.0.1:4318/v1/traces') } }),
        planOf({ targets: { compose }, traffic: { traces: spans('http://otel:4318/v1/traces') } }),
      ],
    },
    {
      feature: 'the admin listener in a container without a token',
      lost: [[planOf({ targets: { compose }, traffic: { admin: noToken } }), ['warn gateway.admin']]],
      kept: [planOf({ traffic: { admin: noToken } }), planOf({ targets: { compose }, traffic: { admin: null } })],
    },
  ];

for (const { feature, lost, kept } of CASES) {
  test(feature, () => {
    for (const [plan, wanted] of lost) assert.deepEqual(found(rule, plan), wanted);
    for (const plan of kept) assert.deepEqual(found(rule, plan), []);
  });
}

test('every row has a case', () => {
  assert.deepEqual(TARGET_LOSSES.map(({ feature }) => feature).toSorted(), CASES.map(({ feature }) => feature).toSorted());
});

test('messages say what is asked instead, and by whom in full', () => {
  const text = (health: HealthPlan, targets: object) =>
    findingsOf(rule, planOf({ servers: { a: asked(health) }, targets })).map(({ message, help }) => `${message} — ${help}`).join('\n');
  const IN_FULL = 'the gateway asks it in full, and sends nothing to an instance that is not well';
  assert.equal(text(PING, { kubernetes }), `kubernetes cannot ask a in MCP (ping): it tests the port — ${IN_FULL}`);
  assert.equal(
    text({ ...HTTP_HEALTH, body: 'ok' }, { fly }),
    `fly cannot ask a for GET /health with 200 and a text: it asks for the status alone, and takes 200 to 299 for well — ${IN_FULL}`,
  );
  assert.equal(text(COMMAND, { fly }), 'fly cannot ask a by a command: it tests the port — give it a path that answers GET: nobody runs the command there');
});

test('messages name the targets, and help names the command', () => {
  const plan = planOf({ servers: { files: bareCommand({ workload: { replicas: 2 } }) }, targets: { compose, kubernetes, fly } });
  const texts = findingsOf(rule, plan).map(({ message, help }) => `${message} — ${help}`);
  assert.match(texts.join('\n'), /files does not run on compose, kubernetes and fly: neither npm, uv nor image/);
  assert.match(texts.join('\n'), /fly scale count 2 --app acme-tools-files/);
});
