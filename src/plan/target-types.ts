/** What each target is asked for, with every default filled in. A target that the config does not name is null. */
export interface TargetPlans {
  readonly nginx: NginxPlan | null;
  readonly compose: ComposePlan | null;
  readonly kubernetes: KubernetesPlan | null;
  readonly fly: FlyPlan | null;
}

export interface NginxPlan {
  /** As written: `1.30`, `1.26.3`. */
  readonly version: string;
  /** Comparable: `[1, 30, 0]`. */
  readonly release: readonly [number, number, number];
  readonly run: 'container' | 'service';
  readonly listen: number;
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly from: string;
}

export interface ComposePlan {
  readonly project: string;
  /** The address and port of the machine that the way in is published on. */
  readonly publish: { readonly address: string; readonly port: number };
  readonly from: string;
}

export interface KubernetesPlan {
  readonly version: string;
  readonly minor: number;
  readonly namespace: string;
  /** DNS domain of the cluster, under which its Services are found: `cluster.local`. */
  readonly clusterDomain: string;
  readonly exposure: ExposurePlan;
  readonly storageClass: string | null;
  readonly pullSecrets: readonly string[];
  readonly from: string;
}

export type ExposurePlan =
  | { readonly kind: 'parent'; readonly name: string; readonly namespace: string | null; readonly sectionName: string | null }
  | { readonly kind: 'gateway-class'; readonly gatewayClass: string }
  | { readonly kind: 'none' };

export interface FlyPlan {
  readonly app: string;
  readonly region: string;
  readonly org: string | null;
  readonly vm: { readonly size: string; readonly memory: number };
  readonly scaleToZero: boolean;
  readonly from: string;
}
