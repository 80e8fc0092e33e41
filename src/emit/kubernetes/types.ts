import type { Dockerfile } from '../shared/dockerfile.js';
import type { NeededSecret } from '../shared/needed-secrets.js';
import type { Manifest } from './manifests.js';

/** Everything of the Kubernetes target. */
export interface KubernetesDocument {
  /** In the order in which they are applied. */
  readonly files: readonly ManifestFile[];
  readonly kustomization: Kustomization;
  /** Name of the Secret that must exist, and its keys. */
  readonly secret: { readonly name: string; readonly namespace: string; readonly keys: readonly NeededSecret[] };
  /** Secret of the TLS certificate, when a Gateway of ours terminates it. */
  readonly certificate: string | null;
  readonly dockerfiles: readonly Dockerfile[];
}

export interface ManifestFile {
  readonly path: string;
  /** What a reader should know before the objects. */
  readonly about: readonly string[];
  readonly objects: readonly Manifest[];
}

/** Read by `kubectl -k`; never sent to a cluster. */
export interface Kustomization {
  readonly apiVersion: 'kustomize.config.k8s.io/v1beta1';
  readonly kind: 'Kustomization';
  readonly resources: readonly string[];
}
