import type { About } from '../../plan/about.js';
import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { Metadata, Selector } from './manifests.js';
import { objectName, target } from './names.js';

/** The labels by which a controller and its Services find their pods. An applied selector cannot change, so it has no label that a config may change. */
export function selector(plan: Plan, { id }: Pick<Workload, 'id'>): Selector {
  return { matchLabels: { 'app.kubernetes.io/instance': plan.name, 'app.kubernetes.io/name': id } };
}

/** Labels of a workload's objects and pods (Kubernetes documentation, Recommended Labels). */
export function workloadLabels(plan: Plan, workload: Workload): Metadata['labels'] {
  return {
    ...validLabels(workload.about.labels),
    ...selector(plan, workload).matchLabels,
    'app.kubernetes.io/component': workload.kind,
    ...commonLabels(plan),
  };
}

const commonLabels = ({ name }: Plan) => ({ 'app.kubernetes.io/managed-by': 'mcpgen', 'app.kubernetes.io/part-of': name });

/** Metadata of an object of one workload. */
export function workloadMetadata(plan: Plan, workload: Workload, name = objectName(plan, workload)): Metadata {
  return { name, namespace: target(plan).namespace, labels: workloadLabels(plan, workload), ...annotations(workload.about) };
}

/** Metadata of an object of the whole deployment. */
export function deploymentMetadata(plan: Plan, name: string): Metadata {
  const labels = { ...validLabels(plan.about.labels), 'app.kubernetes.io/instance': plan.name, ...commonLabels(plan) };
  return { name, namespace: target(plan).namespace, labels };
}

/** Annotations with the parts of `about` that labels cannot hold. */
export function annotations({ description, owner, labels }: About): Pick<Metadata, 'annotations'> {
  const rest = sorted(labels).filter(([key, value]) => !isLabel(key, value));
  const entries = {
    ...(description === null ? {} : { 'mcpgen/description': description }),
    // A label of Kubernetes has at most 63 characters of a small alphabet. Labels of the config that do not fit are kept in this annotation.
    ...(rest.length === 0 ? {} : { 'mcpgen/labels': JSON.stringify(Object.fromEntries(rest)) }),
    ...(owner === null ? {} : { 'mcpgen/owner': owner }),
  };
  return Object.keys(entries).length === 0 ? {} : { annotations: entries };
}

function validLabels(labels: About['labels']): Metadata['labels'] {
  return Object.fromEntries(sorted(labels).filter(([key, value]) => isLabel(key, value)));
}

function sorted(labels: About['labels']): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

const LABEL_VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Prefixes under kubernetes.io and k8s.io are reserved (Labels and Selectors, Syntax), and a user's label with such a prefix could change how a pod runs. */
function isLabel(key: string, value: string): boolean {
  return LABEL_KEY.test(key) && LABEL_VALUE.test(value) && !/(^|\.)(kubernetes|k8s)\.io\//.test(key);
}
