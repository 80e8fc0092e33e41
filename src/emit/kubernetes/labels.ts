import type { About } from '../../plan/about.js';
import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { Metadata, Selector } from './manifests.js';
import { objectName, target } from './names.js';

/** What a controller and its Services select by. Immutable once applied, so nothing that a config may change goes in here. */
export function selector(plan: Plan, { id }: Pick<Workload, 'id'>): Selector {
  return { matchLabels: { 'app.kubernetes.io/instance': plan.name, 'app.kubernetes.io/name': id } };
}

/** Labels of a workload's objects and pods (Kubernetes documentation, Recommended Labels). */
export function workloadLabels(plan: Plan, workload: Workload): Metadata['labels'] {
  return {
    ...usable(workload.about.labels),
    ...selector(plan, workload).matchLabels,
    'app.kubernetes.io/component': workload.kind,
    ...COMMON(plan),
  };
}

const COMMON = ({ name }: Plan) => ({ 'app.kubernetes.io/managed-by': 'mcpgen', 'app.kubernetes.io/part-of': name });

/** Metadata of an object of one workload. */
export function workloadMetadata(plan: Plan, workload: Workload, name = objectName(plan, workload)): Metadata {
  return { name, namespace: target(plan).namespace, labels: workloadLabels(plan, workload), ...annotations(workload.about) };
}

/** Metadata of an object of the whole deployment. */
export function deploymentMetadata(plan: Plan, name: string): Metadata {
  const labels = { ...usable(plan.about.labels), 'app.kubernetes.io/instance': plan.name, ...COMMON(plan) };
  return { name, namespace: target(plan).namespace, labels };
}

export function annotations({ description, owner, labels }: About): Pick<Metadata, 'annotations'> {
  const rest = sorted(labels).filter(([key, value]) => !isLabel(key, value));
  const entries = {
    ...(description === null ? {} : { 'mcpgen/description': description }),
    // Labels of Kubernetes hold 63 characters of a small alphabet; what is no such label is kept here.
    ...(rest.length === 0 ? {} : { 'mcpgen/labels': JSON.stringify(Object.fromEntries(rest)) }),
    ...(owner === null ? {} : { 'mcpgen/owner': owner }),
  };
  return Object.keys(entries).length === 0 ? {} : { annotations: entries };
}

function usable(labels: About['labels']): Metadata['labels'] {
  return Object.fromEntries(sorted(labels).filter(([key, value]) => isLabel(key, value)));
}

function sorted(labels: About['labels']): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

const VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Prefixes under kubernetes.io and k8s.io are the project's own (Labels and Selectors, Syntax); a stray one can change how a pod runs. */
function isLabel(key: string, value: string): boolean {
  return KEY.test(key) && VALUE.test(value) && !/(^|\.)(kubernetes|k8s)\.io\//.test(key);
}
