import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '#src/plan/types.js';
import { lossyTarget as rule } from '#src/policy/rules/lossy-target.js';
import { TARGET_LOSSES } from '#src/policy/target-losses.js';
import { bareCommand, EXAMPLE_TARGETS, existing, image, npm, volume } from '../../support/plan.js';
import { findingsOf, found, planOf } from '../support.js';

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
const noToken = { port: 9180, host: null, readToken: null, writeToken: null };

const CASES: readonly { readonly feature: string; readonly lost: readonly [Plan, readonly string[]][]; readonly kept: readonly Plan[] }[] =
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
  assert.deepEqual(
    TARGET_LOSSES.map(({ feature }) => feature),
    CASES.map(({ feature }) => feature),
  );
});

test('messages name the targets, and help names the command', () => {
  const plan = planOf({ servers: { files: bareCommand({ workload: { replicas: 2 } }) }, targets: { compose, kubernetes, fly } });
  const texts = findingsOf(rule, plan).map(({ message, help }) => `${message} — ${help}`);
  assert.match(texts.join('\n'), /files does not run on compose, kubernetes and fly: neither npm, uv nor image/);
  assert.match(texts.join('\n'), /fly scale count 2 --app acme-tools-files/);
});
