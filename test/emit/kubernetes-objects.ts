/** Manifests of a plan, by kind and name. */
import assert from 'node:assert/strict';
import { kubernetesEmitter } from '#src/emit/kubernetes/index.js';
import type { Deployment, Manifest, StatefulSet } from '#src/emit/kubernetes/manifests.js';
import type { KubernetesPlan } from '#src/plan/target-types.js';
import { buildPlan, emitInput, EXAMPLE_TARGETS, type PlanOptions } from '../support/plan.js';

export const model = (options: PlanOptions = {}, files?: Readonly<Record<string, string>>) =>
  kubernetesEmitter.model(buildPlan(options), emitInput(files));
export const objects = (options: PlanOptions = {}, files?: Readonly<Record<string, string>>) =>
  model(options, files).files.flatMap(({ objects }) => objects);
export const target = (overrides: Partial<KubernetesPlan>) => ({ targets: { kubernetes: { ...EXAMPLE_TARGETS.kubernetes!, ...overrides } } });

export function object<Kind extends Manifest['kind']>(kind: Kind, name: string, options: PlanOptions = {}): Extract<Manifest, { kind: Kind }> {
  const found = objects(options).find((each) => each.kind === kind && each.metadata.name === name);
  assert.ok(found, `no ${kind} ${name}`);
  return found as Extract<Manifest, { kind: Kind }>;
}

export const pod = (workload: Deployment | StatefulSet) => workload.spec.template.spec;
export const deploymentOf = (server: string, options: PlanOptions = {}) => object('Deployment', `acme-tools-${server}`, options);
