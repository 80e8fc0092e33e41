/** The manifests of the example config with changes, found by their Kubernetes kind and name. */
import assert from 'node:assert/strict';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import type { Deployment, Manifest, StatefulSet } from '#src/emit/kubernetes/manifests.js';
import type { KubernetesTarget } from '#src/config/language/targets.js';
import { emitInput } from '../../support/emit-input.js';
import { examplePlan, type Changes } from '../../support/example.js';

export const model = (options: Changes = {}, files?: Readonly<Record<string, string>>) =>
  kubernetesEmitter.model(examplePlan(options), emitInput(files));
export const objects = (options: Changes = {}, files?: Readonly<Record<string, string>>) =>
  model(options, files).files.flatMap(({ objects }) => objects);
export const target = (kubernetes: KubernetesTarget) => ({ targets: { kubernetes } });

export function object<Kind extends Manifest['kind']>(kind: Kind, name: string, options: Changes = {}): Extract<Manifest, { kind: Kind }> {
  const found = objects(options).find((each) => each.kind === kind && each.metadata.name === name);
  assert.ok(found, `no ${kind} ${name}`);
  return found as Extract<Manifest, { kind: Kind }>;
}

export const pod = (workload: Deployment | StatefulSet) => workload.spec.template.spec;
export const deploymentOf = (server: string, options: Changes = {}) => object('Deployment', `acme-tools-${server}`, options);
