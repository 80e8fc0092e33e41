import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { composeEmitter } from '#src/emit/compose/index.js';
import { flyEmitter } from '#src/emit/fly/index.js';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import { HEADER, type EmittedFile, type Emitter } from '#src/emit/types.js';
import type { Plan } from '#src/plan/types.js';
import { emitInput } from '../support/emit-input.js';
import { bareCommand, examplePlan, existing, IDENTITY, image, npm, stdioImage, uv, volume } from '../support/example.js';
import { hostileTexts } from '../support/hostile-texts.js';

const printed = <Document>({ model, print }: Emitter<Document>, plan: Plan): readonly EmittedFile[] => print(model(plan, emitInput()));
const emit = (plan: Plan): readonly EmittedFile[] => [
  ...printed(composeEmitter, plan),
  ...printed(kubernetesEmitter, plan),
  ...printed(flyEmitter, plan),
];

/** One plan for each thing that changes the shape of the output. */
const PLANS: Readonly<Record<string, Plan>> = {
  'everything': examplePlan(),
  'only a gateway': examplePlan({ servers: { crm: existing('https://crm.acme.test/mcp') }, gateway: { admin: null }, targets: { nginx: null } }),
  'nothing that could run': examplePlan({ servers: { crm: existing('https://crm.acme.test/mcp'), shell: bareCommand() } }),
  'every kind of image': examplePlan({
    servers: {
      'a': image(),
      'b-b': npm('@acme/b@1.0.0'),
      'c': uv('c[x]==1.2.3'),
      'd': stdioImage('ghcr.io/acme/d:1@sha256:' + '0'.repeat(64)),
    },
    targets: {
      kubernetes: { exposure: { kind: 'gateway-api', gatewayClass: 'nginx' }, storageClass: 'fast', pullSecrets: ['registry'] },
    },
  }),
  'identity': examplePlan(IDENTITY),
  'every kind of volume': examplePlan({
    servers: {
      each: image({ replicas: 3, stateful: true, volumes: [volume('own')] }),
      scratch: npm('s@1.0.0', { volumes: [volume('tmp', { path: '/tmp' })] }),
      shared: image({ replicas: 2, volumes: [volume('data', { size: '1.5kb' })] }),
    },
  }),
  'users, ways out and a public port': examplePlan({
    gateway: { tls: { at: 'nginx', certificate: '/etc/tls/a.pem', key: '/etc/tls/a.key' } },
    servers: {
      any: image({ egress: 'any', user: 10_001, volumes: [volume('data')] }),
      some: image({ egress: ['api.acme.test', '*.acme.test:8443', '10.0.0.0/8', '[2001:db8::1]:53'], dev: { command: ['a'] } }),
      tool: stdioImage('ghcr.io/acme/tool:1', { user: '1000:0', replicas: 2, egress: 'none', volumes: [volume('own', { perInstance: true })] }),
    },
    targets: { nginx: { run: 'service' }, compose: { publish: { address: '::', port: 443 } } },
  }),
  'old versions, large numbers': examplePlan({
    gateway: {
      replicas: 5,
      resources: { requests: { cpu: '500m', memory: '512mb' }, limits: { cpu: '1.5', memory: '1gb' } },
      tls: { at: 'nginx', certificate: '/etc/tls/a.pem', key: '/etc/tls/a.key' },
    },
    servers: { a: image({ health: { path: '/health', every: '1500ms', timeout: '250ms', startup: '500ms' } }) },
    targets: {
      nginx: { version: '1.22' },
      kubernetes: { version: '1.30', exposure: { kind: 'none' } },
      fly: { org: 'acme', scaleToZero: true },
    },
  }),
  'hostile words': examplePlan({
    ...hostileAbout(),
    servers: { a: image({ env: { A: 'on', B: '0o17', C: '$(X) ${Y} $Z', D: '"\'\\\n---\n# x' }, ...hostileAbout() }) },
  }),
};

function hostileAbout() {
  return {
    description: 'line\u2028line\u2029# not a comment',
    owner: '${OWNER:-x}',
    labels: { 'on': 'yes', 'a b': '*', 'team': 'x'.repeat(80), '__proto__': '1' },
  };
}

describe('compose, kubernetes, fly: every file', () => {
  for (const [name, plan] of Object.entries(PLANS))
    it(`opens with the header, ends with a line, and has one path: ${name}`, () => {
      const files = emit(plan);
      assert.deepEqual(
        files.map(({ path }) => path),
        [...new Set(files.map(({ path }) => path))],
      );
      for (const { path, contents } of files) {
        assert.ok(contents.startsWith(`# ${HEADER}\n`), path);
        assert.match(contents, /[^\n]\n$/, path);
        assert.doesNotMatch(contents, /\r|[ \t]\n/, path);
      }
    });

  it('is the same for the same plan', () => {
    for (const plan of Object.values(PLANS)) assert.deepEqual(emit(plan), emit(structuredClone(plan)));
  });
});

describe('compose, kubernetes, fly: text of the user', () => {
  it('arrives as it was written', (t) => {
    const { seed, texts } = hostileTexts(150);
    t.diagnostic(`seed ${seed}`);
    const env: Readonly<Record<string, string>> = Object.fromEntries(texts.map((text, index) => [`V${index}`, text.replaceAll('\0', '')]));
    const files = new Map(emit(examplePlan({ servers: { a: image({ env }) } })).map(({ path, contents }) => [path, contents]));
    const undoubled = (text: string): string => text.replaceAll('$$', () => '$');

    const compose = parse(files.get('compose/compose.yaml') ?? '') as { services: { a: { environment: Readonly<Record<string, string>> } } };
    const [, workload] = parseAllDocuments(files.get('kubernetes/server-a.yaml') ?? '').map((each) => each.toJS() as Loose);
    const fly = files.get('fly/acme-tools-a/fly.toml') ?? '';
    for (const [name, text] of Object.entries(env)) {
      const message = `seed ${seed}: ${name} ${JSON.stringify(text)}`;
      assert.equal(undoubled(String(compose.services.a.environment[name])), text, message);
      assert.equal(
        undoubled(workload?.spec?.template.spec.containers[0]?.env.find((each) => each.name === name)?.value ?? 'absent'),
        text,
        message,
      );
      assert.equal(JSON.parse(new RegExp(`^${name} = ([^\\n]*)$`, 'm').exec(fly)?.[1] ?? 'null'), text, message);
    }
  });
});

interface Loose {
  readonly spec?: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[] };
    };
  };
}

/** A complaint that is no problem: the validator looks for volumes in the pod alone, but the controller of a StatefulSet adds those of its claim templates. */
const CLAIMED = /\[\d+ StatefulSet\/[^\]]+\] \S+: volumeMount volume-\S+ has no volume$/;

const validate = join(process.cwd(), '../shared/validators/validate');

describe(
  'compose, kubernetes, fly: as other tools read them',
  { skip: existsSync(validate) ? false : '../shared/validators is not here' },
  () => {
    let folder: string;
    before(() => void (folder = mkdtempSync(join(tmpdir(), 'mcpgen-validate-'))));
    after(() => rmSync(folder, { recursive: true, force: true }));

    const problems = (kind: string, names: readonly string[], pattern: RegExp): readonly string[] => {
      const paths = names.flatMap((name) =>
        emit(PLANS[name]!)
          .filter(({ path }) => pattern.test(path))
          .map(({ path, contents }) => {
            const place = join(folder, name.replaceAll(' ', '-'), path);
            mkdirSync(dirname(place), { recursive: true });
            writeFileSync(place, contents);
            return place;
          }),
      );
      const { stdout, stderr } = spawnSync(validate, [kind, ...paths], { encoding: 'utf8' });
      const lines = stdout.trimEnd().split('\n');
      assert.match(lines.at(-1) ?? '', /^\d+ (object|file)\(s\), /, stderr);
      return lines.slice(0, -1).filter((line) => !CLAIMED.test(line));
    };

    it('compose', () => assert.deepEqual(problems('compose', Object.keys(PLANS), /compose\.yaml$/), []));
    it('fly', () => assert.deepEqual(problems('fly', Object.keys(PLANS), /fly\.toml$/), []));
    // Each plan is validated on its own, because the validator refuses files in which an object occurs twice.
    for (const name of Object.keys(PLANS))
      it(`kubernetes: ${name}`, () => assert.deepEqual(problems('k8s', [name], /kubernetes\/(?!kustomization).*\.yaml$/), []));
  },
);
