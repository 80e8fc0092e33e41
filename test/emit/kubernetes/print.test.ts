import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import { emitInput } from '../../support/emit-input.js';
import { examplePlan, image, npm, volume } from '../../support/example.js';
import { hostileTexts } from '../../support/hostile-texts.js';

const plan = examplePlan({
  servers: {
    files: npm('@acme/files@2.0.1', { env: { KEY: { secret: 'FILES_KEY' } }, volumes: [volume('data')] }),
    notes: image({
      env: { 'MODE': 'on', 'OCTAL': '0o14', 'TIME': '1:30', 'EMPTY': '' },
      stateful: true,
      replicas: 3,
      volumes: [volume('db')],
    }),
  },
  targets: { kubernetes: { exposure: { kind: 'gateway-api', gatewayClass: 'nginx' } } },
});
const document = kubernetesEmitter.model(plan, emitInput());
const files = kubernetesEmitter.print(document);
const objects = document.files.flatMap(({ objects }) => objects);

function parsed(version: '1.1' | '1.2'): readonly unknown[] {
  const paths = new Set(document.files.map(({ path }) => path));
  return files
    .filter(({ path }) => paths.has(path))
    .flatMap(({ contents }) => parseAllDocuments(contents, { version }).map((each) => each.toJS() as unknown));
}

describe('kubernetes: what is printed', () => {
  // The typed classes of cdk8s once dropped fields silently: `preStop.sleep` became `{}`.
  it('is what the document says, object by object, field by field', () => {
    for (const version of ['1.1', '1.2'] as const) assert.deepEqual(parsed(version), JSON.parse(JSON.stringify(objects)));
  });

  it('keeps the fields that were lost once', () => {
    const text = files.map(({ contents }) => contents).join('\n');
    for (const field of [
      /sleep:\n +seconds: 10\n/,
      /emptyDir:\n +sizeLimit: 256Mi\n/,
      /podSelector: ?/,
      /matchLabelKeys:/,
      /unhealthyPodEvictionPolicy: AlwaysAllow/,
      /appProtocol: http/,
    ])
      assert.match(text, field);
  });

  it('does not depend on the environment of whoever runs it', () => {
    const variable = 'CDK8S_DISABLE_SORT';
    const held = process.env[variable];
    process.env[variable] = '1';
    try {
      assert.deepEqual(kubernetesEmitter.print(document), files);
    } finally {
      if (held === undefined) delete process.env[variable];
      else process.env[variable] = held;
    }
  });

  it('puts the name of a container before the rest of it', () => {
    const gateway = files.find(({ path }) => path === 'kubernetes/gateway.yaml')?.contents ?? '';
    assert.match(gateway, /containers:\n +- name: gateway\n +image: node:/);
  });

  it('writes code as a block that can be read and reviewed', () => {
    const config = files.find(({ path }) => path === 'kubernetes/gateway-config.yaml')?.contents ?? '';
    assert.match(config, /\n {2}main\.js: \|\n {4}import \{ decide \} from '\.\/runtime\/decide\.js';\n/);
  });

  it('field-26f says what deleting the namespace takes with it, how to roll back, and what must not be pruned', () => {
    const text = (path: string) => files.find((file) => file.path === `kubernetes/${path}`)?.contents ?? '';
    const deletes = /kubectl delete --kustomize \. deletes the namespace "acme-tools" too, and with it the Secret "acme-tools-secrets"/;
    assert.match(text('kustomization.yaml'), deletes);
    assert.match(text('.env.example'), /deleted with its namespace/);
    assert.match(text('kustomization.yaml'), /kubectl rollout undo/);
    assert.match(text('gateway-config.yaml'), /do not apply with --prune/);
    const find = 'kubectl --namespace acme-tools get configmaps --selector app.kubernetes.io/instance=acme-tools,app.kubernetes.io/component=gateway-files';
    assert.ok(text('gateway-config.yaml').includes(`#   ${find}\n`));
  });

  it('field-27d gives a build nothing but what it copies: the .env of the folder stays out', () => {
    const ignore = files.find(({ path }) => path === 'kubernetes/files.Dockerfile.dockerignore')?.contents ?? '';
    assert.match(ignore, /^# .*\n\*\n$/);
  });

  it('says how to make the Secret, and holds none', () => {
    const example = files.find(({ path }) => path === 'kubernetes/.env.example')?.contents ?? '';
    assert.match(example, /kubectl --namespace acme-tools create secret generic acme-tools-secrets --from-env-file=\.env\n/);
    assert.match(example, /\nFILES_KEY=\n/);
    assert.ok(!objects.some(({ kind }) => (kind as string) === 'Secret'));
  });
});

describe('kubernetes: the plan is in it', () => {
  for (const workload of [plan.infra.gateway, ...plan.infra.workloads])
    it(workload.id, () => {
      const name = `acme-tools-${workload.id}`;
      const found = (parsed('1.2') as readonly Loose[]).find(
        ({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === name,
      );
      assert.ok(found);
      const [container] = found.spec.template.spec.containers;
      assert.ok(container);
      assert.equal(found.spec.replicas, workload.replicas);
      assert.equal(container.ports[0]?.containerPort, workload.port);
      assert.equal(container.resources.limits.memory, `${workload.resources.limits.memory / 2 ** 20}Mi`);
      for (const { path } of workload.volumes)
        assert.ok(
          container.volumeMounts.some(({ mountPath }) => mountPath === path),
          path,
        );
      if (workload.kind === 'server')
        assert.deepEqual(
          container.env?.map(({ name, value }) => [name, value]),
          workload.env.map(({ name, value }) => [name, value.kind === 'text' ? value.text : undefined]),
        );
      const grace = found.spec.template.spec.terminationGracePeriodSeconds * 1000;
      assert.ok(grace > container.lifecycle.preStop.sleep.seconds * 1000 + plan.traffic.timeouts.drain);
    });
});

interface Loose {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly {
          readonly ports: readonly { readonly containerPort: number }[];
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
          readonly resources: { readonly limits: { readonly memory: string } };
          readonly volumeMounts: readonly { readonly mountPath: string }[];
          readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
        }[];
      };
    };
  };
}

const kubectl = spawnSync('kubectl', ['version', '--client']);

describe('kubernetes: kubectl', { skip: kubectl.status === 0 ? false : 'kubectl is not installed' }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcpgen-kustomize-'));
    for (const { path, contents } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), contents);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('builds every object', () => {
    const { stdout, stderr, status } = spawnSync('kubectl', ['kustomize', join(folder, 'kubernetes')], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(parseAllDocuments(stdout).length, objects.length);
  });

  // kubectl reads YAML with go-yaml, which differs from the package that writes it.
  it('reads back every text', (t) => {
    const { seed, texts } = hostileTexts();
    t.diagnostic(`seed ${seed}`);
    const code = Object.fromEntries([...texts, texts.join('\n')].map((text, index) => [`f${index}.js`, text]));
    const written = kubernetesEmitter.print(kubernetesEmitter.model(plan, emitInput(code)));
    const path = join(folder, 'config.yaml');
    writeFileSync(path, written.find((file) => file.path === 'kubernetes/gateway-config.yaml')?.contents ?? '');
    const { stdout, stderr, status } = spawnSync(
      'kubectl',
      ['annotate', '--local', '--filename', path, 'mcpgen/read=yes', '--output', 'json'],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    assert.equal(status, 0, `seed ${seed}: ${stderr}`);
    const maps = JSON.parse(`[${stdout.trim().replaceAll('\n}\n{', '\n},\n{')}]`) as readonly {
      readonly data: Readonly<Record<string, string>>;
    }[];
    const read = Object.assign({}, ...maps.map(({ data }) => data)) as Readonly<Record<string, string>>;
    for (const [key, text] of Object.entries(code)) assert.equal(read[key], text, `seed ${seed}`);
  });
});
