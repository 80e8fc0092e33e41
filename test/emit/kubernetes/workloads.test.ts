import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import type { Health } from '#src/config/language/servers.js';
import { emitInput, EXAMPLE_GATEWAY } from '../../support/emit-input.js';
import { bareCommand, examplePlan, existing, image, npm, uv, volume, type Changes } from '../../support/example.js';
import { model, objects, target, object, pod, deploymentOf } from './objects.js';

describe('kubernetes: what is emitted', () => {
  it('is a file for each workload, in the order of application', () => {
    const { files, kustomization } = model();
    const names = [
      'namespace.yaml',
      'gateway-config.yaml',
      'network.yaml',
      'gateway.yaml',
      'server-files.yaml',
      'server-search.yaml',
      'route.yaml',
    ];
    assert.deepEqual(
      files.map(({ path }) => path),
      names.map((name) => `kubernetes/${name}`),
    );
    assert.deepEqual(kustomization.resources, names);
  });

  it('holds each workload in the order account, storage, workload, service, budget', () => {
    const kinds = (path: string) =>
      model()
        .files.find((file) => file.path === path)
        ?.objects.map(({ kind }) => kind);
    assert.deepEqual(kinds('kubernetes/gateway.yaml'), ['ServiceAccount', 'Deployment', 'Service', 'Service', 'PodDisruptionBudget']);
    assert.deepEqual(kinds('kubernetes/server-files.yaml'), ['ServiceAccount', 'PersistentVolumeClaim', 'Deployment', 'Service']);
  });

  it('leaves out servers without an image, and their network policies', () => {
    const all = objects({ servers: { shell: bareCommand(), crm: existing('https://crm.acme.test/mcp') } });
    assert.ok(all.every(({ metadata }) => !/shell|crm/.test(metadata.name)));
  });

  it('names every object after the deployment and puts it into the namespace', () => {
    for (const { kind, metadata } of objects()) {
      assert.match(metadata.name, /^acme-tools/, kind);
      assert.equal(metadata.namespace, kind === 'Namespace' ? undefined : 'acme-tools', kind);
    }
  });

  it('has no two objects of one name, even where names run together', () => {
    const servers = {
      'a': image({ volumes: [volume('b-c')] }),
      'a-b': image({ volumes: [volume('c')] }),
      'dns': image(),
      'default-deny': image(),
    };
    const ids = objects({ servers }).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  it('asks for Pod Security restricted, of the version it was written for', () => {
    const { labels } = object('Namespace', 'acme-tools').metadata;
    assert.equal(labels['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.equal(labels['pod-security.kubernetes.io/enforce-version'], 'v1.34');
  });
});

describe('kubernetes: pods', () => {
  it('field-23 run as the user that the config names, whose volumes are', () => {
    const servers = { search: image({ user: '1000:2000', volumes: [volume('data')] }) };
    const { runAsUser, runAsGroup, fsGroup, runAsNonRoot } = pod(deploymentOf('search', { servers })).securityContext;
    assert.deepEqual([runAsUser, runAsGroup, fsGroup, runAsNonRoot], [1000, 2000, 2000, true]);
  });

  it('are restricted and without a token, and can write to /tmp alone', () => {
    for (const workload of objects().filter((each) => each.kind === 'Deployment')) {
      const { securityContext, containers, automountServiceAccountToken, volumes } = pod(workload);
      assert.deepEqual(securityContext.seccompProfile, { type: 'RuntimeDefault' });
      assert.ok(securityContext.runAsNonRoot && securityContext.runAsUser >= 10001 && securityContext.runAsGroup >= 10001);
      assert.equal(automountServiceAccountToken, false);
      assert.deepEqual(containers[0].securityContext, {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      });
      assert.deepEqual(volumes.find(({ name }) => name === 'tmp'), { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } }, 'field-26e');
    }
  });

  it('probe the health path or the port, never the MCP path', () => {
    const gateway = pod(deploymentOf('gateway')).containers[0];
    assert.deepEqual(gateway.readinessProbe, {
      httpGet: { path: '/health/ready', port: 'mcp' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 2,
    });
    assert.deepEqual(gateway.livenessProbe, {
      httpGet: { path: '/health/live', port: 'mcp' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    });
    const tcp = pod(deploymentOf('a', { servers: { a: image() } })).containers[0];
    assert.deepEqual(tcp.livenessProbe, { tcpSocket: { port: 'mcp' }, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 });
    assert.doesNotMatch(JSON.stringify(objects()), /"path":"\/mcp/);
  });

  it('run the command that a server names, and test the port where the kubelet cannot ask', () => {
    const probeOf = (health: Health) => pod(deploymentOf('a', { servers: { a: image({ health }) } })).containers[0];
    const times = { periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 };
    const command = probeOf({ command: ['check', '$(HOME)'] });
    assert.deepEqual(command.livenessProbe, { exec: { command: ['check', '$(HOME)'] }, ...times });
    assert.deepEqual(command.readinessProbe, { exec: { command: ['check', '$(HOME)'] }, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 2 });
    assert.deepEqual('exec' in command.startupProbe && command.startupProbe.exec, { command: ['check', '$(HOME)'] });
    for (const more of [{}, { status: 204 }, { status: 302 }, { body: 'ok' }]) {
      assert.deepEqual(probeOf({ path: '/health', ...more }).livenessProbe, { httpGet: { path: '/health', port: 'mcp' }, ...times });
    }
    const path = '/health';
    const unasked: readonly Health[] = [
      { path, method: 'HEAD' }, { path, method: 'POST' }, { path, status: 400 }, { path, status: 503 }, { mcp: 'ping' }, { mcp: 'discover' },
    ];
    for (const health of unasked) assert.deepEqual(probeOf(health).livenessProbe, { tcpSocket: { port: 'mcp' }, ...times });
  });

  it('have the time to start that the plan gives them', () => {
    const { startupProbe } = pod(deploymentOf('search')).containers[0];
    assert.ok(startupProbe.failureThreshold * startupProbe.periodSeconds >= 60);
  });

  it('pause, drain and end within the grace period', () => {
    const { terminationGracePeriodSeconds, containers } = pod(deploymentOf('gateway'));
    assert.deepEqual(containers[0].lifecycle, { preStop: { sleep: { seconds: 10 } } });
    assert.equal(terminationGracePeriodSeconds, 10 + 25 + 5);
  });

  it('do not pause on a version without the sleep action, which no config can name today', () => {
    const { infra } = examplePlan();
    const old = { ...(infra.targets.kubernetes ?? assert.fail()), version: '1.29', minor: 29 };
    const plan = examplePlan({}, { infra: { targets: { ...infra.targets, kubernetes: old } } });
    const all = kubernetesEmitter.model(plan, emitInput()).files.flatMap((file) => file.objects);
    const gateway = all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'acme-tools-gateway');
    assert.ok(gateway?.kind === 'Deployment');
    const { terminationGracePeriodSeconds, containers } = pod(gateway);
    assert.equal(containers[0].lifecycle, undefined);
    assert.equal(terminationGracePeriodSeconds, 25 + 5);
  });

  it('spread over nodes and zones when there are several', () => {
    assert.deepEqual(
      pod(deploymentOf('search')).topologySpreadConstraints?.map(({ topologyKey }) => topologyKey),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
    );
    assert.equal(pod(deploymentOf('files')).topologySpreadConstraints, undefined);
  });

  it('roll out when the config changes, if they mount the gateway', () => {
    const annotation = (name: string, options: Changes = {}) =>
      deploymentOf(name, options).spec.template.metadata.annotations?.['mcpgen/config-hash'];
    assert.equal(annotation('gateway'), examplePlan().hash);
    assert.equal(annotation('files'), examplePlan().hash);
    assert.equal(annotation('search'), undefined);
    assert.notEqual(annotation('gateway', { gateway: { requireOrigin: true } }), annotation('gateway'));
  });

  it('roll out when a newer mcpgen brings other code for the same config', () => {
    const runtime = (files?: Readonly<Record<string, string>>) =>
      objects({}, files).flatMap((each) =>
        each.kind === 'Deployment' ? [each.spec.template.metadata.annotations?.['mcpgen/runtime']] : [],
      )[0];
    assert.notEqual(runtime(), runtime({ ...EXAMPLE_GATEWAY, 'main.js': 'later\n' }));
  });

  it('take variables as text or from the one Secret', () => {
    assert.deepEqual(pod(deploymentOf('search')).containers[0].env, [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'acme-tools-secrets', key: 'INDEX_TOKEN' } } },
    ]);
  });

  it('keep a dollar in a text a dollar', () => {
    const env = { A: '$(SECRET) $$ $x' };
    assert.deepEqual(pod(deploymentOf('a', { servers: { a: image({ env }) } })).containers[0].env, [
      { name: 'A', value: '$$(SECRET) $$$$ $$x' },
    ]);
  });

  it('run our runtime from its mounted path, so that a reload finds the files of an updated ConfigMap', () => {
    const flags = ['--preserve-symlinks', '--preserve-symlinks-main'];
    assert.deepEqual(pod(deploymentOf('gateway')).containers[0].command, ['node', ...flags, '/gateway/main.js']);
    assert.deepEqual(pod(deploymentOf('files')).containers[0].command, ['node', ...flags, '/gateway/main.js', 'host', 'files']);
    assert.equal(pod(deploymentOf('search')).containers[0].command, undefined);
  });

  it('take resources and pull secrets from the plan', () => {
    const resources = { requests: { cpu: '1500m', memory: '1gb' }, limits: { cpu: '2', memory: '1.5gb' } } as const;
    const options = { servers: { a: image({ resources }) }, ...target({ pullSecrets: ['registry'] }) };
    const { containers, imagePullSecrets } = pod(deploymentOf('a', options));
    assert.deepEqual(containers[0].resources, { requests: { cpu: '1500m', memory: '1Gi' }, limits: { cpu: '2', memory: '1536Mi' } });
    assert.deepEqual(imagePullSecrets, [{ name: 'registry' }]);
  });
});

describe('kubernetes: the mounted gateway', () => {
  const mapsOf = (files?: Readonly<Record<string, string>>) => objects({}, files).filter((each) => each.kind === 'ConfigMap');

  it('has the code and the tables in separate ConfigMaps, and no Dockerfile', () => {
    assert.deepEqual(
      mapsOf().map(({ metadata, data }) => [metadata.name.replace(/-[0-9a-f]{10}$/, ''), Object.keys(data)]),
      [
        ['acme-tools-gateway-code', ['main.js', 'package.json', 'runtime.decide.js']],
        ['acme-tools-gateway-tables', ['tables.js']],
      ],
    );
  });

  it('field-26a is named by its content and immutable, so that the pods of a revision keep the policy they ran with', () => {
    const before = mapsOf();
    const after = mapsOf({ ...EXAMPLE_GATEWAY, 'tables.js': 'export const TABLES = { later: true };\n' });
    for (const { metadata, immutable, data } of [...before, ...after]) {
      assert.equal(immutable, true);
      assert.match(metadata.name, /^acme-tools-gateway-(code|tables)-[0-9a-f]{10}$/);
      assert.equal(metadata.labels['app.kubernetes.io/component'], 'gateway-files', Object.keys(data).join());
    }
    const [code, tables] = before.map(({ metadata }) => metadata.name);
    const [sameCode, otherTables] = after.map(({ metadata }) => metadata.name);
    assert.equal(sameCode, code, 'what did not change keeps its name');
    assert.notEqual(otherTables, tables);
    assert.deepEqual(mapsOf().map(({ metadata }) => metadata.name), [code, tables]);
  });

  it('field-26a is what the pods name: undoing a rollout brings the names of before back', () => {
    const named = (files?: Readonly<Record<string, string>>) =>
      objects({}, files).flatMap((each) =>
        each.kind === 'Deployment'
          ? pod(each).volumes.flatMap((volume) => ('projected' in volume ? volume.projected.sources.map(({ configMap }) => configMap.name) : []))
          : [],
      );
    const names = (files?: Readonly<Record<string, string>>) => mapsOf(files).map(({ metadata }) => metadata.name);
    const changed = { ...EXAMPLE_GATEWAY, 'tables.js': 'export const TABLES = { later: true };\n' };
    // The gateway and the host of the stdio server.
    assert.deepEqual(named(), [...names(), ...names()]);
    assert.deepEqual(named(changed), [...names(changed), ...names(changed)]);
    assert.notDeepEqual(named(), named(changed));
  });

  it('has its files at the paths that its imports name', () => {
    const volumes = pod(deploymentOf('gateway')).volumes;
    const projected = volumes.flatMap((each) => ('projected' in each ? each.projected.sources : []));
    const paths = projected.flatMap(({ configMap }) => configMap.items.map(({ path }) => path)).sort();
    assert.deepEqual(
      paths,
      Object.keys(EXAMPLE_GATEWAY)
        .filter((path) => path !== 'Dockerfile')
        .sort(),
    );
  });

  it('has no ConfigMap that is larger than an object may be', () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`runtime/m${index}.js`, 'é'.repeat(35_000)]));
    const maps = mapsOf({ ...EXAMPLE_GATEWAY, ...files });
    assert.ok(maps.length > 2);
    for (const { data } of maps) assert.ok(Buffer.byteLength(JSON.stringify(data)) <= 205_000);
    assert.equal(maps.flatMap(({ data }) => Object.keys(data)).length, 4 + 9);
  });
});

describe('kubernetes: a stdio server', () => {
  it('field-25b has the memory of its children and its host, and says how many processes its node must allow', () => {
    const resourcesOf = (limits: { processes?: number }) => pod(deploymentOf('a', { servers: { a: npm('a@1.0.0', { limits }) } })).containers[0].resources;
    assert.deepEqual(resourcesOf({}), { requests: { cpu: '100m', memory: '384Mi' }, limits: { memory: '2176Mi' } });
    assert.equal(resourcesOf({ processes: 2 }).limits.memory, '640Mi');
    const about = model({ servers: { a: npm('a@1.0.0') } }).files.find(({ path }) => path === 'kubernetes/server-a.yaml')?.about ?? [];
    assert.match(about.join('\n'), /up to 640 processes and threads: the node's podPidsLimit/);
  });
});

describe('kubernetes: storage', () => {
  it('claims one volume that all share', () => {
    const options = {
      servers: { a: image({ replicas: 2, volumes: [volume('data', { size: '5gb' })] }) },
      ...target({ storageClass: 'fast' }),
    };
    assert.deepEqual(object('PersistentVolumeClaim', 'acme-tools-a.data', options).spec, {
      accessModes: ['ReadWriteMany'],
      storageClassName: 'fast',
      resources: { requests: { storage: '5Gi' } },
    });
    assert.deepEqual(pod(deploymentOf('a', options)).volumes.at(-1), {
      name: 'volume-data',
      persistentVolumeClaim: { claimName: 'acme-tools-a.data' },
    });
    assert.equal(pod(deploymentOf('a', options)).securityContext.fsGroup, 10001);
  });

  it('stops the old pod first where one pod alone can hold the volume', () => {
    assert.deepEqual(deploymentOf('files').spec.strategy, { type: 'Recreate' });
    assert.deepEqual(deploymentOf('search').spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
  });

  it('gives each instance its own from a template, with a stable name', () => {
    const servers = { a: image({ replicas: 3, volumes: [volume('data', { perInstance: true })] }) };
    const { spec } = object('StatefulSet', 'acme-tools-a', { servers });
    assert.equal(spec.serviceName, 'acme-tools-a');
    assert.deepEqual(spec.volumeClaimTemplates, [
      { metadata: { name: 'volume-data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ]);
    assert.ok(!objects({ servers }).some(({ kind }) => kind === 'PersistentVolumeClaim'));
    assert.deepEqual(spec.template.spec.containers[0].volumeMounts.at(-1), { name: 'volume-data', mountPath: '/data' });
  });

  it('gives a stateful server stable names without volumes too', () => {
    const servers = { a: image({ stateful: true, replicas: 2 }) };
    const set = object('StatefulSet', 'acme-tools-a', { servers });
    assert.equal(set.spec.volumeClaimTemplates, undefined);
    assert.deepEqual(pod(set).topologySpreadConstraints?.[0]?.matchLabelKeys, ['controller-revision-hash']);
  });

  it('has other names than our own volumes', () => {
    const servers = {
      a: npm('a@1.0.0', { volumes: [volume('tmp', { path: '/tmp' }), volume('gateway', { path: '/srv' })] }),
    };
    const { volumes, containers } = pod(deploymentOf('a', { servers }));
    assert.deepEqual(
      volumes.map(({ name }) => name),
      ['gateway', 'volume-gateway', 'volume-tmp'],
    );
    const paths = containers[0].volumeMounts.map(({ mountPath }) => mountPath);
    assert.deepEqual(paths, [...new Set(paths)]);
  });
});

describe('kubernetes: words of the user', () => {
  it('become labels where Kubernetes allows it, and annotations elsewhere', () => {
    const about = {
      description: 'Finds "things"',
      owner: 'web',
      labels: { 'team': 'web', 'cost center': '12', 'note': 'a b', 'app.kubernetes.io/name': 'mine' },
    };
    const { metadata } = deploymentOf('a', { servers: { a: image(about) } });
    assert.equal(metadata.labels['team'], 'web');
    assert.equal(metadata.labels['app.kubernetes.io/name'], 'a');
    assert.deepEqual(metadata.annotations, {
      'mcpgen/description': 'Finds "things"',
      'mcpgen/labels': '{"app.kubernetes.io/name":"mine","cost center":"12","note":"a b"}',
      'mcpgen/owner': 'web',
    });
  });
});

describe('kubernetes: images that are built', () => {
  it('are tagged with the pinned version', () => {
    const tagOf = (server: ReturnType<typeof npm>) => pod(deploymentOf('a', { servers: { a: server } })).containers[0].image;
    assert.equal(tagOf(npm('@acme/files@2.0.1')), 'acme-tools-a:2.0.1');
    assert.equal(tagOf(uv('mcp-clock[tz]==1.2.3+local')), 'acme-tools-a:1.2.3-local');
  });

  it('come with their Dockerfile, and with steps for an overlay that names the registry', () => {
    const printed = kubernetesEmitter.print(model());
    assert.match(printed.find(({ path }) => path === 'kubernetes/files.Dockerfile')?.contents ?? '', /newName: REGISTRY\/acme-tools-files/);
  });
});
