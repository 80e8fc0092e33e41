import type { Dockerfile } from '../shared/dockerfile.js';
import type { EnvironmentSetting } from '../shared/environment-settings.js';
import type { NeededSecret } from '../shared/needed-secrets.js';
import type { Manifest } from './manifests.js';

/** The document of the Kubernetes target. */
export interface KubernetesDocument {
  /** The files, in the order in which they are applied. */
  readonly files: readonly ManifestFile[];
  readonly kustomization: Kustomization;
  /** The Secret that must exist before the manifests are applied. */
  readonly secret: { readonly name: string; readonly namespace: string; readonly keys: readonly NeededSecret[] };
  /** What may be set in the gateway's environment, and the Secret for it. */
  readonly settings: { readonly name: string; readonly variables: readonly EnvironmentSetting[] };
  /** Name of the Secret with the TLS certificate. Null where our manifests have no Gateway object that terminates TLS. */
  readonly certificate: string | null;
  readonly dockerfiles: readonly Dockerfile[];
}

export interface ManifestFile {
  readonly path: string;
  /** Lines of the file's opening comment. */
  readonly about: readonly string[];
  readonly objects: readonly Manifest[];
}

/** The list of files that `kubectl -k` reads. It is no object of the cluster. */
export interface Kustomization {
  readonly apiVersion: 'kustomize.config.k8s.io/v1beta1';
  readonly kind: 'Kustomization';
  readonly resources: readonly string[];
}
