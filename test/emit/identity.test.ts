/** What identity needs of the platforms: secrets, settings of the gateway's environment, and ways to whoever the gateway asks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { composeEmitter } from '#src/emit/compose/index.js';
import { flyEmitter } from '#src/emit/fly/index.js';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import { emitInput } from '../support/emit-input.js';
import { examplePlan, IDENTITY } from '../support/example.js';

const plan = examplePlan(IDENTITY);
const SECRETS = [
  'ACME_API_KEY', 'CRM_CA', 'CRM_TIER', 'EXCHANGE_SECRET', 'MCPGEN_READ_TOKEN', 'MCPGEN_SESSION_KEY', 'SEARCH_TOKEN', 'SIGNING_KEY', 'TOKEN_SECRET',
];

function textOf(files: readonly { readonly path: string; readonly contents: string }[], path: string): string {
  const found = files.find((file) => file.path === path);
  assert.ok(found, `${path} is not among ${files.map((file) => file.path).join(', ')}`);
  return found.contents;
}

describe('compose', () => {
  const files = composeEmitter.print(composeEmitter.model(plan, emitInput()));
  const { services } = parse(textOf(files, 'compose/compose.yaml')) as { services: Record<string, Record<string, unknown>> };

  test('gives the gateway every secret, and no server one of the gateway’s', () => {
    assert.deepEqual([...(services['gateway']?.['secrets'] as readonly string[])].sort(), SECRETS);
    assert.equal(services['search']?.['secrets'], undefined);
    for (const name of SECRETS) assert.match(textOf(files, 'compose/.env.example'), new RegExp(`^${name}=$`, 'm'));
  });

  test('takes what may be set from a file that may be missing', () => {
    assert.deepEqual(services['gateway']?.['env_file'], [{ path: './gateway.env', required: false }]);
    assert.equal(services['search']?.['env_file'], undefined);
    const example = textOf(files, 'compose/gateway.env.example');
    assert.match(example, /^# API_KEY_1=KEY:acme-ci:read$/m);
    assert.match(example, /^# RATE_LIMIT_REQUESTS=100$/m);
    assert.match(example, /^# RATE_LIMIT_WINDOW=60$/m);
    // As it is copied it sets nothing.
    assert.deepEqual(example.split('\n').filter((line) => line !== '' && !line.startsWith('#')), []);
    assert.match(textOf(files, 'compose/.gitignore'), /^gateway\.env$/m);
  });

  test('lets the gateway out by the network of its port', () => {
    const { networks } = parse(textOf(files, 'compose/compose.yaml')) as { networks: Record<string, { internal?: true }> };
    assert.ok('edge' in (services['gateway']?.['networks'] as object));
    assert.equal(networks['edge']?.internal, undefined);
  });
});

describe('kubernetes', () => {
  const document = kubernetesEmitter.model(plan, emitInput());
  const files = kubernetesEmitter.print(document);
  const objects = document.files.flatMap(({ objects }) => objects);
  const containers = objects.flatMap((object) => (object.kind === 'Deployment' || object.kind === 'StatefulSet' ? object.spec.template.spec.containers : []));

  test('gives the gateway every secret, and what may be set from a Secret that may be missing', () => {
    const gateway = containers.find(({ name }) => name === 'gateway');
    const referred = gateway?.env?.flatMap((one) => ('valueFrom' in one ? [one.name] : [])) ?? [];
    assert.deepEqual([...referred].sort(), SECRETS);
    assert.deepEqual(gateway?.envFrom, [{ secretRef: { name: 'acme-tools-gateway-environment', optional: true } }]);
    for (const other of containers.filter(({ name }) => name !== 'gateway')) assert.equal(other.envFrom, undefined, other.name);
    assert.match(textOf(files, 'kubernetes/gateway.env.example'), /create secret generic acme-tools-gateway-environment --from-env-file=gateway\.env/);
  });

  test('lets the gateway reach whoever it asks, and no other port', () => {
    const policy = objects.find((object) => object.kind === 'NetworkPolicy' && object.metadata.name === 'acme-tools-gateway');
    assert.ok(policy?.kind === 'NetworkPolicy');
    const ways = (policy.spec.egress ?? []).flatMap(({ to = [], ports = [] }) => {
      const networks = to.map((peer) => ('ipBlock' in peer ? peer.ipBlock.cidr : '')).join();
      return to.some((peer) => 'podSelector' in peer) ? [] : ports.map(({ port }) => `${networks}:${port}`);
    });
    // The server and its keys by name, the lookup and the token endpoint by their addresses, the authorization server by name.
    assert.deepEqual(ways.sort(), ['10.9.8.7/32:7443', '127.0.0.1/32:9400', ':443', ':8443', ':9443'].sort());
  });
});

test('fly says how every secret and setting of the gateway is set', () => {
  const files = flyEmitter.print(flyEmitter.model(plan, emitInput()));
  const example = textOf(files, 'fly/acme-tools/secrets.example');
  for (const name of SECRETS) assert.match(example, new RegExp(`^fly secrets set --app acme-tools --stage ${name}="\\$${name}"$`, 'm'));
  assert.match(example, /^# fly secrets set --app acme-tools --stage API_KEY_1='KEY:acme-ci:read'$/m);
  assert.doesNotMatch(textOf(files, 'fly/acme-tools-search/secrets.example'), /API_KEY|SEARCH_TOKEN/);
});

test('where nothing may be set, there is no file and no reference for it', () => {
  const bare = examplePlan();
  const files = [
    ...composeEmitter.print(composeEmitter.model(bare, emitInput())),
    ...kubernetesEmitter.print(kubernetesEmitter.model(bare, emitInput())),
    ...flyEmitter.print(flyEmitter.model(bare, emitInput())),
  ];
  for (const { path, contents } of files) {
    assert.doesNotMatch(path, /gateway\.env/);
    assert.doesNotMatch(contents, /env_file|envFrom|gateway\.env|API_KEY_1|RATE_LIMIT/, path);
  }
});
