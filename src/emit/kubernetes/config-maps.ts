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

/** ConfigMaps with the gateway's files. The code takes as many as it needs. The tables change with every config, so they have a ConfigMap of their own. */
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
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: deploymentMetadata(plan, `${plan.name}-gateway-${part}`),
    data: Object.fromEntries(files.map(({ key, contents }) => [key, contents])),
  };
}
