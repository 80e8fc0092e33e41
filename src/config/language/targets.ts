import type { Size } from './units.js';

/** nginx as the edge in front of the gateway. */
export interface NginxTarget {
  /** Release line, or an exact version; directives are chosen for it. Default: `1.30`. */
  version?: '1.22' | '1.26' | '1.30' | `${number}.${number}.${number}`;
  /** `edge`: nginx in front of the gateway. Default: `edge`. */
  mode?: 'edge';
  /** Port nginx listens on; not the gateway's own, beside which it runs. Default: 443 where nginx terminates TLS, else 8088. */
  listen?: number;
}

/** A docker-compose project. */
export interface ComposeTarget {
  /** Project name. Default: the deployment's name. */
  project?: string;
  /** Port published on this machine's loopback. Default: 8080. */
  expose?: number;
}

/** Where the gateway is reached from outside the cluster. */
export type KubernetesExposure =
  | { kind: 'gateway-api'; /** An existing Gateway. */ parent: { name: string; namespace?: string }; gatewayClass?: never }
  | { kind: 'gateway-api'; /** A Gateway of its own, of this class. */ gatewayClass: string; parent?: never }
  | { kind: 'none' };

/** Kubernetes manifests. */
export interface KubernetesTarget {
  /** Server version, `1.30` or newer: fields are chosen for it. Default: `1.34`. */
  version?: `1.${number}`;
  /** Default: the deployment's name. */
  namespace?: string;
  /** Default: `{ kind: 'none' }`; the gateway has a Service and nothing outside reaches it. */
  exposure?: KubernetesExposure;
  /** Storage class of volume claims. Default: the cluster's. */
  storageClass?: string;
  /** Names of image pull secrets. Default: none. */
  pullSecrets?: readonly string[];
}

/** A Fly.io app for the gateway, and a private one for each server. */
export interface FlyTarget {
  /** Name of the gateway's app; servers are `<app>-<server>`. Default: the deployment's name. */
  app?: string;
  /** Primary region: `ord`, `fra`, … */
  region: string;
  /** Organisation slug, for the commands in `secrets.example`. */
  org?: string;
  /** The machines. */
  vm?: {
    /** Default: `shared-cpu-1x`. */
    size?: string;
    /** Default: `512mb`. */
    memory?: Size;
  };
  /** Stop machines without traffic. Default: false. */
  scaleToZero?: boolean;
}

/** What is generated. The gateway itself always is. */
export interface Targets {
  nginx?: NginxTarget;
  compose?: ComposeTarget;
  kubernetes?: KubernetesTarget;
  fly?: FlyTarget;
}

/** Images that replace the project's dated table; pin digests here. */
export interface Images {
  node?: string;
  nginx?: string;
}
