import type { GatewayDocument } from '../types.js';
import { runtimeFiles } from '../shared/runtime.js';
import type { Plan } from '../../plan/types.js';
import { deploymentMetadata } from './labels.js';
import type { ConfigMap, ConfigMapSource } from './manifests.js';

/** Client-side `kubectl apply` keeps the object in an annotation of 262,144 bytes (PLATFORMS §7). */
const MOST_BYTES = 200_000;

interface KeyedFile {
  readonly key: string;
  readonly path: string;
  readonly contents: string;
}

/** The gateway's files: code, in as many ConfigMaps as it takes, and the tables, which change with every config, in one of their own. */
export function configMaps(plan: Plan, gateway: GatewayDocument): readonly ConfigMap[] {
  const files = keyed(gateway);
  const tables = files.filter(isTables);
  const code = packed(files.filter((file) => !isTables(file)));
  return [
    ...code.map((files, index) => configMap(plan, index === 0 ? 'code' : `code-${index + 1}`, files)),
    ...(tables.length > 0 ? [configMap(plan, 'tables', tables)] : []),
  ];
}

/** One folder out of all of them. */
export function gatewayVolumeSources(maps: readonly ConfigMap[], gateway: GatewayDocument): readonly ConfigMapSource[] {
  const paths = new Map(keyed(gateway).map(({ key, path }) => [key, path]));
  return maps.map(({ metadata, data }) => ({
    configMap: { name: metadata.name, items: Object.keys(data).map((key) => ({ key, path: paths.get(key) ?? key })) },
  }));
}

/** Keys of a ConfigMap have no `/`. */
function keyed(gateway: GatewayDocument): readonly KeyedFile[] {
  return runtimeFiles(gateway).map((file) => ({ ...file, key: file.path.replaceAll('/', '.') }));
}

function isTables({ path }: KeyedFile): boolean {
  return path === 'tables.js';
}

function packed(files: readonly KeyedFile[]): readonly (readonly KeyedFile[])[] {
  const groups: KeyedFile[][] = [];
  let free = 0;
  for (const file of files) {
    const bytes = Buffer.byteLength(file.key) + Buffer.byteLength(file.contents);
    if (groups.length === 0 || bytes > free) {
      groups.push([]);
      free = MOST_BYTES;
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
