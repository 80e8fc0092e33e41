import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetworkPolicy, Service } from '#src/emit/kubernetes/manifests.js';
import { examplePlan, existing, image, type Changes } from '../../support/example.js';
import { model, objects, target, object, deploymentOf } from './objects.js';

describe('kubernetes: network', () => {
  const policy = (name: string, options: Changes = {}): NetworkPolicy['spec'] =>
    object('NetworkPolicy', `acme-tools-${name}`, options).spec;

  it('denies everything first', () => {
    assert.deepEqual(policy('default-deny'), { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('leaves the proxies that a controller runs here alone, in every policy of the namespace', () => {
    const options = target({ exposure: { kind: 'gateway-api', gatewayClass: 'istio' } });
    for (const name of ['default-deny', 'dns']) {
      const selector = policy(name, options).podSelector as { readonly matchExpressions?: readonly { readonly operator: string }[] };
      assert.deepEqual(selector.matchExpressions?.map(({ operator }) => operator), ['DoesNotExist'], name);
    }
  });

  it('lets the gateway alone reach a server, on its port', () => {
    const [rule] = policy('search-ingress').ingress ?? [];
    assert.deepEqual(rule, {
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'acme-tools', 'app.kubernetes.io/name': 'gateway' } } }],
      ports: [{ protocol: 'TCP', port: 'mcp' }],
    });
    assert.equal(policy('search-ingress').egress, undefined);
  });

  it('field-24c lets a server out to what its config declares, and never to the metadata of the machine', () => {
    const servers = { any: image({ egress: 'any' }), none: image(), some: image({ egress: ['10.0.0.0/8', 'api.acme.test', '192.0.2.1:8443', 'b.acme.test'] }) };
    const everywhere = [
      { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
      { ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::/32'] } },
    ];
    assert.deepEqual(policy('any-egress', { servers }), {
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'acme-tools', 'app.kubernetes.io/name': 'any' } },
      policyTypes: ['Egress'],
      egress: [{ to: everywhere }],
    });
    assert.deepEqual(policy('some-egress', { servers }).egress, [
      { to: everywhere, ports: [{ protocol: 'TCP', port: 443 }] },
      { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ protocol: 'TCP', port: 443 }] },
      { to: [{ ipBlock: { cidr: '192.0.2.1/32' } }], ports: [{ protocol: 'TCP', port: 8443 }] },
    ]);
    assert.throws(() => policy('none-egress', { servers }));
  });

  it('lets the gateway out to instances outside the cluster, by address where the URL has one', () => {
    assert.deepEqual(policy('gateway').egress?.slice(2), [
      { ports: [{ protocol: 'TCP', port: 443 }] },
      { to: [{ ipBlock: { cidr: '10.1.2.3/32' } }], ports: [{ protocol: 'TCP', port: 8000 }] },
    ]);
    const servers = { x: existing('http://[2001:db8::1]/mcp', 'https://a.test/mcp', 'https://b.test/mcp') };
    assert.deepEqual(policy('gateway', { servers }).egress, [
      { ports: [{ protocol: 'TCP', port: 443 }] },
      { to: [{ ipBlock: { cidr: '2001:db8::1/128' } }], ports: [{ protocol: 'TCP', port: 80 }] },
    ]);
  });

  it('lets the gateway out to the collector of traces', () => {
    const { egress } = policy('gateway', { servers: { a: image() }, gateway: { traces: { otlp: 'http://10.9.9.9:4318' } } });
    assert.deepEqual(egress?.slice(1), [{ to: [{ ipBlock: { cidr: '10.9.9.9/32' } }], ports: [{ protocol: 'TCP', port: 4318 }] }]);
  });

  it('lets replicas reach each other where one of them holds a stream', () => {
    const itself = { podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'acme-tools', 'app.kubernetes.io/name': 'gateway' } } };
    const old = { revisions: ['2024-11-05', '2025-06-18'] } as const;
    const held = policy('gateway', { gateway: old });
    assert.deepEqual([held.ingress?.[0]?.from?.at(-1), held.egress?.at(-1)], [itself, { to: [itself], ports: [{ protocol: 'TCP', port: 8080 }] }]);
    for (const options of [{}, { gateway: { ...old, replicas: 1 } }]) {
      assert.equal(JSON.stringify(policy('gateway', options).ingress).includes('"name":"gateway"'), false);
    }
  });

  it('lets in the namespace of the Gateway, labelled namespaces and declared proxies', () => {
    const from = policy('gateway', { gateway: { trustedProxies: ['10.0.0.0/8', '192.0.2.7'] } }).ingress?.[0]?.from;
    assert.deepEqual(from, [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'infra' } } },
      { namespaceSelector: { matchLabels: { 'mcpgen/edge': 'allow' } } },
      { ipBlock: { cidr: '10.0.0.0/8' } },
      { ipBlock: { cidr: '192.0.2.7/32' } },
    ]);
  });

  it('denies nothing to the proxies of a Gateway in this namespace, and lets them in', () => {
    const options = target({ exposure: { kind: 'gateway-api', gatewayClass: 'nginx' } });
    assert.deepEqual(policy('default-deny', options).podSelector, {
      matchExpressions: [{ key: 'gateway.networking.k8s.io/gateway-name', operator: 'DoesNotExist' }],
    });
    assert.deepEqual(policy('gateway', options).ingress?.[0]?.from?.[0], {
      podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'acme-tools' } },
    });
  });

  it('keeps the admin port to labelled namespaces', () => {
    assert.deepEqual(policy('gateway-admin').ingress, [
      { from: [{ namespaceSelector: { matchLabels: { 'mcpgen/admin': 'allow' } } }], ports: [{ protocol: 'TCP', port: 'admin' }] },
    ]);
    assert.ok(!objects({ gateway: { admin: null } }).some(({ metadata }) => metadata.name === 'acme-tools-gateway-admin'));
  });
});

describe('kubernetes: services and exposure', () => {
  const service = (name: string): Service['spec'] => object('Service', `acme-tools-${name}`).spec;

  it('gives a server a headless Service under the name that its pool resolves', () => {
    const plan = examplePlan();
    const source = plan.traffic.pools.find(({ server }) => server === 'search')?.sources.kubernetes;
    assert.equal(source?.kind === 'dns' ? source.name : null, 'acme-tools-search.acme-tools.svc.cluster.local');
    assert.equal(service('search').clusterIP, 'None');
    assert.equal(service('search').publishNotReadyAddresses, false);
    assert.deepEqual(service('search').ports, [{ name: 'mcp', port: 8023, targetPort: 'mcp', protocol: 'TCP', appProtocol: 'http' }]);
  });

  it('selects with labels that no config changes', () => {
    const before = deploymentOf('search').spec.selector;
    const after = deploymentOf('search', {
      servers: {
        search: image({ image: 'other:2', replicas: 5, port: 9000, owner: 'x', labels: { team: 'x' } }),
      },
    });
    assert.deepEqual(after.spec.selector, before);
    assert.deepEqual(service('search').selector, before.matchLabels);
  });

  it('routes the accepted hosts to the gateway without a time limit', () => {
    const { spec } = object('HTTPRoute', 'acme-tools');
    assert.deepEqual(spec.parentRefs, [{ name: 'shared', namespace: 'infra' }]);
    assert.deepEqual(spec.hostnames, ['mcp.acme.test']);
    assert.deepEqual(spec.rules[0]?.timeouts, { request: '0s' });
    assert.deepEqual(spec.rules[0]?.backendRefs, [{ name: 'acme-tools-gateway', port: 8080 }]);
  });

  it('splits hosts over several routes where one cannot hold them, and leaves out addresses', () => {
    const hosts = ['localhost', '127.0.0.1', ...Array.from({ length: 19 }, (_, index) => `h${10 + index}.acme.test`)];
    assert.equal(object('HTTPRoute', 'acme-tools', { gateway: { hosts } }).spec.hostnames?.length, 16);
    assert.deepEqual(object('HTTPRoute', 'acme-tools-2', { gateway: { hosts } }).spec.hostnames, [
      'h26.acme.test',
      'h27.acme.test',
      'h28.acme.test',
      'mcp.acme.test',
    ]);
    assert.equal(object('HTTPRoute', 'acme-tools', { gateway: { hosts: 'any' } }).spec.hostnames, undefined);
  });

  it('makes a Gateway of the class, with the certificate that must exist', () => {
    const options = target({ exposure: { kind: 'gateway-api', gatewayClass: 'nginx' } });
    const { spec } = object('Gateway', 'acme-tools', options);
    assert.equal(spec.gatewayClassName, 'nginx');
    assert.deepEqual(spec.listeners[0]?.tls, { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: 'acme-tools-tls' }] });
    assert.equal(model(options).certificate, 'acme-tools-tls');
    assert.deepEqual(object('HTTPRoute', 'acme-tools', options).spec.parentRefs, [{ name: 'acme-tools' }]);
  });

  it('exposes nothing when asked to', () => {
    const kinds = objects(target({ exposure: { kind: 'none' } })).map(({ kind }) => kind);
    assert.ok(!kinds.includes('HTTPRoute') && !kinds.includes('Gateway'));
  });

  it('has a disruption budget only for workloads with several replicas', () => {
    const budgets = objects()
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(budgets, ['acme-tools-gateway', 'acme-tools-search']);
  });
});
