import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGET_LOSSES } from '#src/emit/registry.js';
import type { Health } from '#src/config/language/servers.js';
import type { Plan } from '#src/plan/types.js';
import { lossyTarget as rule } from '#src/policy/rules/config/lossy-target.js';
import { bareCommand, EXAMPLE_TARGETS, existing, image, npm, volume } from '../../../support/example.js';
import { findingsOf, found, planOf, type PlanOptions } from '../../support.js';

const { compose, kubernetes, fly, nginx } = EXAMPLE_TARGETS;
const tls = { tls: { at: 'nginx', certificate: '/etc/tls/a.crt', key: '/etc/tls/a.key' } } as const;
const UNEXPOSED = { ...kubernetes, exposure: { kind: 'none' } } as const;
const odd = { url: 'https://mcp.acme.test:8443' };
const loopback = existing('http://127.0.0.1:9000/mcp');
const shared = image({ replicas: 2, volumes: [volume('data')] });
const ownVolumes = image({ replicas: 2, volumes: [volume('data', { perInstance: true })] });
const oneVolume = image({ volumes: [volume('data')] });
const twoVolumes = image({ volumes: [volume('data'), volume('index')] });
const asked = (health?: Health) => image(health && { health });
const HTTP = { path: '/health' } as const;
const PING: Health = { mcp: 'ping' };
const COMMAND: Health = { command: ['true'] };
const regional = { kind: 'http', instances: [{ url: 'https://a.acme.test/mcp', region: 'ord' }], strategy: 'near' } as const;
const strategies = { near: { balance: 'random', prefer: 'region' } } as const;
const spans = (otlp: string) => ({ otlp, sample: 1 });
const noToken = { port: 9180, host: null, readToken: null, writeToken: null, allow: null };

const bounded = (...egress: readonly string[]) => image({ egress });
const OPEN_OR_CLOSED = { closed: image({ egress: 'none' }), open: image({ egress: 'any' }) };
const servers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, image()]));

type Lost = [Plan, readonly string[]];
const CASES: readonly { readonly feature: string; readonly lost: readonly Lost[]; readonly kept: readonly Plan[] }[] = [
  {
    feature: 'a server that a container could not hold',
    lost: [[planOf({ servers: { files: bareCommand() }, targets: { compose, kubernetes } }), ['warn servers.files']]],
    kept: [planOf({ servers: { files: bareCommand() } }), planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { compose, fly } })],
  },
  {
    feature: 'instances on loopback',
    lost: [[planOf({ servers: { a: loopback }, targets: { compose, fly } }), ['warn servers.a']]],
    kept: [planOf({ servers: { a: loopback } }), planOf({ servers: { a: loopback }, targets: { nginx } }), planOf({ targets: { compose } })],
  },
  {
    feature: 'the user of a server on Fly',
    lost: [[planOf({ servers: { a: image({ user: 1000 }) }, targets: { fly } }), ['warn servers.a.user']]],
    kept: [planOf({ servers: { a: image({ user: 1000 }) }, targets: { compose, kubernetes } }), planOf({ servers: { a: image() }, targets: { fly } })],
  },
  {
    feature: 'bounds of what a server reaches on compose',
    lost: [[planOf({ servers: { a: bounded('api.acme.test', '10.0.0.0/8') }, targets: { compose } }), ['warn servers.a.egress']]],
    kept: [planOf({ servers: OPEN_OR_CLOSED, targets: { compose } })],
  },
  {
    feature: 'bounds of what a server reaches on kubernetes',
    lost: [[planOf({ servers: { a: bounded('api.acme.test', '10.0.0.0/8') }, targets: { kubernetes } }), ['warn servers.a.egress']]],
    kept: [planOf({ servers: { ...OPEN_OR_CLOSED, c: bounded('10.0.0.0/8') }, targets: { kubernetes } })],
  },
  {
    feature: 'bounds of what a server reaches on fly',
    lost: [
      [planOf({ servers: { a: bounded('10.0.0.0/8') }, targets: { fly } }), ['warn servers.a.egress']],
      [planOf({ servers: OPEN_OR_CLOSED, targets: { fly } }), ['warn servers.closed.egress']],
    ],
    kept: [planOf({ servers: { a: image() }, targets: { fly } })],
  },
  {
    feature: 'a network for each of very many servers',
    lost: [[planOf({ servers: servers(25), targets: { compose } }), ['info servers']]],
    kept: [planOf({ servers: servers(24), targets: { compose } }), planOf({ servers: servers(25), targets: { kubernetes } })],
  },
  {
    feature: 'packages on Kubernetes',
    lost: [[planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { kubernetes } }), ['warn servers.files.npm']]],
    kept: [planOf({ servers: { files: npm('@acme/files@1.0.0') }, targets: { compose } })],
  },
  {
    feature: 'TLS at nginx beside a platform without it',
    lost: [
      [planOf({ targets: { nginx, kubernetes }, gateway: tls }), ['warn gateway.tls']],
      [planOf({ targets: { nginx, kubernetes, fly }, gateway: tls }), ['warn gateway.tls']],
    ],
    kept: [planOf({ targets: { nginx, compose }, gateway: tls }), planOf({ targets: { nginx, kubernetes } })],
  },
  {
    feature: 'a public URL on Kubernetes without exposure',
    lost: [[planOf({ targets: { kubernetes: UNEXPOSED } }), ['warn targets.kubernetes']]],
    kept: [planOf({ targets: { kubernetes } }), planOf({ targets: { kubernetes: UNEXPOSED }, gateway: { url: null } })],
  },
  {
    feature: 'ports of the public URL on Fly',
    lost: [[planOf({ targets: { fly }, gateway: odd }), ['warn gateway.url']]],
    kept: [planOf({ targets: { fly } }), planOf({ targets: { kubernetes }, gateway: odd })],
  },
  {
    feature: 'a number of machines on Fly',
    lost: [[planOf({ targets: { fly }, gateway: { replicas: 2 }, servers: { search: image({ replicas: 3 }) } }), ['info gateway', 'info servers.search']]],
    kept: [planOf({ targets: { fly } }), planOf({ targets: { kubernetes }, gateway: { replicas: 2 } })],
  },
  {
    feature: 'gateway processes behind one published port',
    lost: [[planOf({ targets: { compose }, gateway: { replicas: 2 } }), ['warn gateway']]],
    kept: [planOf({ targets: { compose, nginx }, gateway: { replicas: 2 } }), planOf({ targets: { compose } })],
  },
  {
    feature: 'a volume that instances share on Fly',
    lost: [[planOf({ targets: { fly }, servers: { search: shared } }), ['warn servers.search.volumes.0', 'info servers.search']]],
    kept: [planOf({ targets: { compose }, servers: { search: shared } }), planOf({ targets: { compose }, servers: { search: ownVolumes } })],
  },
  {
    feature: 'several volumes of a machine on Fly',
    lost: [[planOf({ targets: { fly }, servers: { search: twoVolumes } }), ['error servers.search']]],
    kept: [planOf({ targets: { compose, kubernetes }, servers: { search: twoVolumes } }), planOf({ targets: { fly }, servers: { search: oneVolume } })],
  },
  {
    feature: 'a volume that pods share on Kubernetes',
    lost: [[planOf({ targets: { kubernetes }, servers: { search: shared } }), ['info servers.search.volumes.0']]],
    kept: [planOf({ targets: { kubernetes }, servers: { search: ownVolumes } }), planOf({ targets: { kubernetes }, servers: { search: twoVolumes } })],
  },
  {
    feature: 'questions of health that kubernetes cannot ask',
    lost: [
      [planOf({ servers: { a: asked(PING) }, targets: { kubernetes } }), ['info servers.a.health']],
      [planOf({ servers: { a: asked(PING) }, targets: { kubernetes, fly } }), ['info servers.a.health', 'info servers.a.health']],
      ...[{ method: 'HEAD' }, { method: 'POST' }, { status: 404 }, { status: 204 }, { body: 'ok' }].map((more): Lost => {
        return [planOf({ servers: { a: asked({ ...HTTP, ...more } as Health) }, targets: { kubernetes } }), ['info servers.a.health']];
      }),
    ],
    kept: [
      planOf({ servers: { a: asked(HTTP), b: asked(), c: asked(COMMAND) }, targets: { kubernetes } }),
      planOf({ servers: { a: asked(PING), b: asked(COMMAND) }, targets: { compose } }),
      planOf({ servers: { a: asked(PING), b: asked(COMMAND) } }),
    ],
  },
  {
    feature: 'questions of health that fly cannot ask',
    lost: [
      [planOf({ servers: { a: asked({ ...HTTP, status: 302 }) }, targets: { fly } }), ['info servers.a.health']],
      // Nobody runs it there.
      [planOf({ servers: { a: asked(COMMAND) }, targets: { fly } }), ['warn servers.a.health']],
    ],
    kept: [
      planOf({ servers: { a: asked(HTTP), b: asked(), c: npm('@acme/files@1.0.0') }, targets: { fly } }),
      planOf({ servers: { a: asked(PING), b: asked(COMMAND) }, targets: { compose } }),
      planOf({ servers: { a: asked(PING), b: asked(COMMAND) } }),
    ],
  },
  {
    feature: 'the gateway’s region where no platform tells it',
    lost: [
      [planOf({ strategies, servers: { a: regional }, targets: { compose } }), ['warn servers.a.strategy']],
      [planOf({ strategies, servers: { a: regional, b: existing('https://b.acme.test/mcp') }, targets: { kubernetes, fly } }), ['warn servers.a.strategy']],
    ],
    kept: [
      planOf({ strategies, servers: { a: regional } }),
      planOf({ strategies, servers: { a: regional }, targets: { fly } }),
      planOf({ targets: { compose } }),
    ],
  },
  {
    feature: 'children of a stdio server that do not fit into its container',
    lost: [[planOf({ servers: { a: npm('a@1.0.0', { resources: { limits: { memory: '1gb' } } }) }, targets: { compose } }), ['warn servers.a.resources']]],
    kept: [
      planOf({ servers: { a: npm('a@1.0.0') }, targets: { compose } }),
      planOf({ servers: { a: npm('a@1.0.0', { limits: { processes: 3 }, resources: { limits: { memory: '1gb' } } }) }, targets: { compose } }),
      planOf({ servers: { a: npm('a@1.0.0', { sharing: 'shared', resources: { limits: { memory: '384mb' } } }) }, targets: { compose } }),
      planOf({ servers: { a: npm('a@1.0.0', { resources: { limits: { memory: '1gb' } } }) } }),
    ],
  },
  {
    feature: 'memory that a machine on Fly cannot have',
    lost: [
      [planOf({ targets: { fly: { region: 'ord', vm: { memory: '4gb' } } } }), ['error targets.fly.vm']],
      [planOf({ targets: { fly: { region: 'ord', vm: { size: 'performance-2x' } } } }), ['error targets.fly.vm']],
    ],
    kept: [planOf({ targets: { fly } }), planOf({ targets: { fly: { region: 'ord', vm: { size: 'performance-1x', memory: '8gb' } } } })],
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
  const text = (health: Health, targets: NonNullable<PlanOptions['targets']>) =>
    findingsOf(rule, planOf({ servers: { a: asked(health) }, targets })).map(({ message, help }) => `${message} — ${help}`).join('\n');
  const IN_FULL = 'the gateway asks it in full, and sends nothing to an instance that is not well';
  assert.equal(text(PING, { kubernetes }), `kubernetes cannot ask a in MCP (ping): it tests the port — ${IN_FULL}`);
  assert.equal(
    text({ ...HTTP, body: 'ok' }, { fly }),
    `fly cannot ask a for GET /health with 200 and a text: it asks for the status alone, and takes 200 to 299 for well — ${IN_FULL}`,
  );
  assert.equal(text(COMMAND, { fly }), 'fly cannot ask a by a command: it tests the port — give it a path that answers GET: nobody runs the command there');
});

test('messages name the targets, and help names the command', () => {
  const plan = planOf({ servers: { files: bareCommand({ replicas: 2 }) }, targets: { compose, kubernetes, fly } });
  const texts = findingsOf(rule, plan).map(({ message, help }) => `${message} — ${help}`);
  assert.match(texts.join('\n'), /files does not run on compose, kubernetes and fly: nothing says what a container would hold: give it npm, uv or image/);
  assert.match(texts.join('\n'), /fly scale count 2 --app acme-tools-files/);
});
