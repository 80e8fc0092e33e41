import { createHash } from 'node:crypto';
import type { GatewayDocument } from '../types.js';
import { runtimeFiles } from '../shared/runtime.js';
import type { Plan } from '../../plan/types.js';
import { deploymentMetadata } from './labels.js';
import type { ConfigMap, ConfigMapSource } from './manifests.js';

/** Client-side `kubectl apply` copies an object into one of its annotations, and annotations have at most 262,144 bytes (PLATFORMS §7). */
const LARGEST_MAP_BYTES = 200_000;

interface KeyedFile {
  readonly key: string;
  readonly path: string;
  readonly contents: string;
}

/**
 * ConfigMaps with the gateway's files. The code takes as many as it needs. The tables change with every config, so they have a ConfigMap of their own. Each is
 * named by the hash of its content and never changed: a pod template that was applied once names exactly the policy that it ran with, so `kubectl rollout undo`
 * brings that policy back, and pods of two revisions never read each other's files (Kubernetes documentation, Immutable ConfigMaps).
 */
export function configMaps(plan: Plan, gateway: GatewayDocument): readonly ConfigMap[] {
  const files = keyed(gateway);
  const tables = files.filter(isTables);
  const code = packed(files.filter((file) => !isTables(file)));
  return [
    ...code.map((files, index) => configMap(plan, index === 0 ? 'code' : `code-${index + 1}`, files)),
    ...(tables.length > 0 ? [configMap(plan, 'tables', tables)] : []),
  ];
}

/** The sources of one volume, in which the files of all ConfigMaps lie in the gateway's folders again. */
export function gatewayVolumeSources(maps: readonly ConfigMap[], gateway: GatewayDocument): readonly ConfigMapSource[] {
  const paths = new Map(keyed(gateway).map(({ key, path }) => [key, path]));
  return maps.map(({ metadata, data }) => ({
    configMap: { name: metadata.name, items: Object.keys(data).map((key) => ({ key, path: paths.get(key) ?? key })) },
  }));
}

/** The gateway's files, each with a key for a ConfigMap, in which `/` is not allowed. */
function keyed(gateway: GatewayDocument): readonly KeyedFile[] {
  return runtimeFiles(gateway).map((file) => ({ ...file, key: file.path.replaceAll('/', '.') }));
}

function isTables({ path }: KeyedFile): boolean {
  return path === 'tables.js';
}

function packed(files: readonly KeyedFile[]): readonly (readonly KeyedFile[])[] {
  const groups: KeyedFile[][] = [];
  let free = 0; // bytes that still fit into the last group
  for (const file of files) {
    const bytes = Buffer.byteLength(file.key) + Buffer.byteLength(file.contents);
    if (groups.length === 0 || bytes > free) {
      groups.push([]);
      free = LARGEST_MAP_BYTES;
    }
    groups.at(-1)!.push(file);
    free -= bytes;
  }
  return groups;
}

function configMap(plan: Plan, part: string, files: readonly KeyedFile[]): ConfigMap {
  const { labels, ...metadata } = deploymentMetadata(plan, `${plan.name}-gateway-${part}-${contentHash(files)}`);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, labels: { ...labels, ...GATEWAY_FILES } },
    immutable: true,
    data: Object.fromEntries(files.map(({ key, contents }) => [key, contents])),
  };
}

/** The label by which an operator finds these ConfigMaps, those of earlier revisions among them. */
const GATEWAY_FILES = { 'app.kubernetes.io/component': 'gateway-files' } as const;

/** Ten hex digits, as kustomize appends them to the names that it generates. */
function contentHash(files: readonly KeyedFile[]): string {
  const hash = createHash('sha256');
  for (const { key, contents } of files) hash.update(`${key}\0${contents}\0`);
  return hash.digest('hex').slice(0, 10);
}

/** What a reader of the file must know before they delete anything. */
export function aboutConfigMaps(plan: Plan): readonly string[] {
  const selector = [['app.kubernetes.io/instance', plan.name], ...Object.entries(GATEWAY_FILES)].map(([key, value]) => `${key}=${value}`).join(',');
  const { namespace } = deploymentMetadata(plan, '');
  return [
    "The gateway's code and its tables, mounted by every pod that runs them. Names carry a hash of the content, and nothing here is ever changed:",
    'kubectl rollout undo brings back pods that name the ConfigMaps they ran with. Apply leaves old ones in place; do not apply with --prune, and',
    'tell a GitOps controller not to prune them. Those that no ReplicaSet or ControllerRevision names any more can be deleted by hand:',
    `  kubectl --namespace ${namespace} get configmaps --selector ${selector}`,
  ];
}
