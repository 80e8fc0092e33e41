import type { Size } from './units.js';

/** nginx as the edge in front of the gateway. */
export interface NginxTarget {
  /** Release line, or an exact version; directives are chosen for it. Default: `1.30`. */
  version?: '1.22' | '1.26' | '1.30' | `${number}.${number}.${number}`;
  /** `edge`: nginx in front of the gateway. Default: `edge`. */
  mode?: 'edge';
  /**
   * How it is run: in a `container` (files below /tmp, logs to the standard streams, two workers), or as the `service` of a distribution (user www-data,
   * `/run/nginx.pid`, logs below /var/log/nginx, a worker for each processor). Compose runs its own nginx in a container either way. Default: `container`.
   */
  run?: 'container' | 'service';
  /** Port nginx listens on, over IPv4 and IPv6; not the gateway's own, beside which it runs. Default: 443 where nginx terminates TLS, else 8088. */
  listen?: number;
}

/** A docker-compose project. */
export interface ComposeTarget {
  /** Project name. Default: the deployment's name. */
  project?: string;
  /** Where the way in is published: that of nginx, or of the gateway without nginx. */
  publish?: {
    /**
     * Address of the machine. `0.0.0.0` and public addresses serve the public, which needs TLS at nginx (MCP202); with `port: 443` nginx's redirect on
     * port 80 is published too. Default: `127.0.0.1`, this machine alone.
     */
    address?: string;
    /** Port of the machine. Default: that of `expose`. */
    port?: number;
  };
  /** Port published on this machine; an error beside another `publish.port`. Default: that of `publish`, and 8080 where neither says one. */
  expose?: number;
}

/** A Gateway that exists already, often shared by several deployments. */
export interface GatewayParent {
  name: string;
  /** Default: the deployment's namespace. */
  namespace?: string;
  /**
   * The listener to attach to, such as `https`: lower case letters, digits, dashes and dots. Default: every listener that lets the route attach, one for plain
   * HTTP on port 80 among them (MCP615).
   */
  sectionName?: string;
}

/** Where the gateway is reached from outside the cluster. */
export type KubernetesExposure =
  | { kind: 'gateway-api'; /** An existing Gateway. */ parent: GatewayParent; gatewayClass?: never }
  | { kind: 'gateway-api'; /** A Gateway of its own, of this class. */ gatewayClass: string; parent?: never }
  | { kind: 'none' };

/** Kubernetes manifests. */
export interface KubernetesTarget {
  /** Server version, `1.30` or newer: fields are chosen for it. Default: `1.34`. */
  version?: `1.${number}`;
  /** Default: the deployment's name. */
  namespace?: string;
  /** DNS domain of the cluster, lower case; the kubelet's `clusterDomain`. Services are looked up below it. Default: `cluster.local`. */
  clusterDomain?: string;
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
