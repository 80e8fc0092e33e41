import { ApiObject, App, Chart } from 'cdk8s';
import type { EmittedFile } from '../types.js';
import { opening } from '../shared/comment.js';
import { printBuild } from '../shared/dockerfile.js';
import { settingsExample } from '../shared/environment-settings.js';
import { envExample } from '../shared/env-example.js';
import { yaml } from '../shared/yaml.js';
import type { KubernetesDocument, ManifestFile } from './types.js';

export function kubernetesPrint(document: KubernetesDocument): readonly EmittedFile[] {
  const { files, kustomization, secret, dockerfiles } = document;
  return [
    { path: 'kubernetes/.env.example', contents: envExample(secret.keys, secretSteps(document)) },
    ...settingsFiles(document),
    { path: 'kubernetes/kustomization.yaml', contents: opening(applySteps(document)) + '\n' + yaml(kustomization) },
    ...files.map(printManifests),
    ...dockerfiles.flatMap(printBuild),
  ];
}

function printManifests({ path, about, objects }: ManifestFile): EmittedFile {
  // Plain objects are given to `ApiObject`, because the typed classes of cdk8s-plus drop fields that they do not know (PLATFORMS §2).
  const chart = new Chart(new App(), 'mcpgen', { disableResourceNameHashes: true });
  for (const object of objects) new ApiObject(chart, `${object.kind}-${object.metadata.name}`, object);
  const documents: readonly unknown[] = chart.toJson();
  return { path, contents: opening(about) + documents.map((each, index) => `---\n${yaml(inOrderOf(objects[index], each))}`).join('') };
}

/** Puts keys back into the order of our objects. The environment variable CDK8S_DISABLE_SORT decides whether cdk8s sorts them, and our output must not vary. */
function inOrderOf(original: unknown, value: unknown): unknown {
  if (Array.isArray(original) && Array.isArray(value)) return value.map((each, index) => inOrderOf(original[index], each));
  if (!isRecord(original) || !isRecord(value)) return value;
  const keys = new Set([...Object.keys(original), ...Object.keys(value)].filter((key) => key in value));
  return Object.fromEntries([...keys].map((key) => [key, inOrderOf(original[key], value[key])]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function applySteps(document: KubernetesDocument): readonly string[] {
  const { secret, certificate } = document;
  const ofThisMachine = imagesOfThisMachine(document);
  return [
    ...(ofThisMachine.length > 0 ? [`First load ${ofThisMachine.join(', ')} on every node: no registry has them.`] : []),
    'In this folder:',
    '  kubectl apply --server-side --filename namespace.yaml',
    ...(secret.keys.length > 0 ? [`  then the Secret "${secret.name}", as .env.example says`] : []),
    ...(certificate ? [`  kubectl --namespace ${secret.namespace} create secret tls ${certificate} --cert=CERTIFICATE --key=KEY`] : []),
    '  kubectl apply --server-side --kustomize .',
    'Server-side, because client-side apply keeps a copy of each object in an annotation of at most 256 kB.',
    'To roll back: kubectl rollout undo each workload, which mounts the ConfigMaps of before; then the config, so that the next apply agrees.',
    ...(secret.keys.length > 0 ? deletionOf(secret) : []),
  ];
}

/** Names that begin with `localhost/` are those of images which only the machine has that built them. */
function imagesOfThisMachine({ files }: KubernetesDocument): readonly string[] {
  const templates = files.flatMap(({ objects }) => objects).flatMap((object) => ('spec' in object && 'template' in object.spec ? [object.spec.template] : []));
  const images = templates.flatMap(({ spec }) => spec.containers.map(({ image }) => image));
  return [...new Set(images.filter((image) => image.startsWith('localhost/')))].sort();
}

/** The namespace is one of the files, and everything in it goes with it, also what these files do not hold. */
function deletionOf({ name, namespace }: KubernetesDocument['secret']): readonly string[] {
  return [`kubectl delete --kustomize . deletes the namespace "${namespace}" too, and with it the Secret "${name}" and every volume: keep .env.`];
}

function settingsFiles({ settings, secret: { namespace } }: KubernetesDocument): readonly EmittedFile[] {
  if (settings.variables.length === 0) return [];
  const steps = [
    'Nothing here must be set. What is: copy to gateway.env beside this file, which is never committed, without quotes, and',
    `  kubectl --namespace ${namespace} create secret generic ${settings.name} --from-env-file=gateway.env`,
    'Pods read it when they start: kubectl rollout restart the gateway after a change.',
  ];
  return [{ path: 'kubernetes/gateway.env.example', contents: settingsExample(settings.variables, steps) }];
}

function secretSteps({ secret }: KubernetesDocument): readonly string[] {
  if (secret.keys.length === 0) return [];
  return [
    'Copy to .env beside this file and fill it in; .env is never committed. No quotes: kubectl takes the line as it is.',
    `  kubectl --namespace ${secret.namespace} create secret generic ${secret.name} --from-env-file=.env`,
    'It is deleted with its namespace, which kubectl delete --kustomize . deletes too.',
  ];
}
