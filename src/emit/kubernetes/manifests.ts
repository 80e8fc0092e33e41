/** Types of the Kubernetes objects that we emit, with the fields that we use (API reference: Kubernetes 1.36, Gateway API 1.5). */
import type { Expanded } from './expansion.js';

type Labels = Readonly<Record<string, string>>;

export interface Metadata {
  readonly name: string;
  /** Absent on objects that belong to the whole cluster and to no namespace. */
  readonly namespace?: string;
  readonly labels: Labels;
  readonly annotations?: Labels;
}

interface Resource<ApiVersion extends string, Kind extends string> {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: Metadata;
}

export type Manifest =
  | Namespace
  | ServiceAccount
  | ConfigMap
  | PersistentVolumeClaim
  | NetworkPolicy
  | Deployment
  | StatefulSet
  | Service
  | PodDisruptionBudget
  | GatewayListener
  | HttpRoute;

export type Namespace = Resource<'v1', 'Namespace'>;

export interface ServiceAccount extends Resource<'v1', 'ServiceAccount'> {
  readonly automountServiceAccountToken: false;
}

export interface ConfigMap extends Resource<'v1', 'ConfigMap'> {
  readonly immutable: true;
  readonly data: Labels;
}

export interface PersistentVolumeClaim extends Resource<'v1', 'PersistentVolumeClaim'> {
  readonly spec: ClaimSpec;
}

export interface ClaimSpec {
  readonly accessModes: readonly ['ReadWriteOnce' | 'ReadWriteMany'];
  readonly storageClassName?: string;
  readonly resources: { readonly requests: { readonly storage: string } };
}

export interface Selector {
  readonly matchLabels: Labels;
}

export interface Deployment extends Resource<'apps/v1', 'Deployment'> {
  readonly spec: {
    readonly replicas: number;
    readonly selector: Selector;
    readonly strategy:
      | { readonly type: 'RollingUpdate'; readonly rollingUpdate: { readonly maxUnavailable: 0; readonly maxSurge: 1 } }
      | { readonly type: 'Recreate' };
    readonly template: PodTemplate;
  };
}

export interface StatefulSet extends Resource<'apps/v1', 'StatefulSet'> {
  readonly spec: {
    readonly replicas: number;
    readonly serviceName: string;
    readonly selector: Selector;
    readonly template: PodTemplate;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string }; readonly spec: ClaimSpec }[];
  };
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: false;
  readonly enableServiceLinks: false;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly securityContext: {
    readonly runAsNonRoot: true;
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly fsGroup?: number;
    readonly fsGroupChangePolicy?: 'OnRootMismatch';
    readonly seccompProfile: { readonly type: 'RuntimeDefault' };
  };
  readonly terminationGracePeriodSeconds: number;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly containers: readonly [Container];
  readonly volumes: readonly Volume[];
}

export interface TopologySpreadConstraint {
  readonly maxSkew: 1;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'ScheduleAnyway';
  readonly labelSelector: Selector;
  readonly matchLabelKeys: readonly string[];
}

export type ProbeHandler =
  | { readonly httpGet: { readonly path: string; readonly port: string } }
  | { readonly tcpSocket: { readonly port: string } }
  | { readonly exec: { readonly command: readonly string[] } };
export type Probe = ProbeHandler & { readonly periodSeconds: number; readonly timeoutSeconds: number; readonly failureThreshold: number };

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string; readonly optional: true } }[];
  readonly env?: readonly EnvVar[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: 'TCP' }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu?: string; readonly memory: string };
  };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: false;
    readonly capabilities: { readonly drop: readonly ['ALL'] };
    readonly readOnlyRootFilesystem: true;
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: true }[];
}

export type EnvVar =
  | { readonly name: string; readonly value: Expanded }
  | { readonly name: string; readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } } };

export type Volume =
  | { readonly name: string; readonly emptyDir: { readonly sizeLimit: string } }
  | { readonly name: string; readonly persistentVolumeClaim: { readonly claimName: string } }
  | { readonly name: string; readonly projected: { readonly sources: readonly ConfigMapSource[] } };

export interface ConfigMapSource {
  readonly configMap: { readonly name: string; readonly items: readonly { readonly key: string; readonly path: string }[] };
}

export interface Service extends Resource<'v1', 'Service'> {
  readonly spec: {
    readonly type: 'ClusterIP';
    readonly clusterIP?: 'None';
    readonly publishNotReadyAddresses?: boolean;
    readonly selector: Labels;
    readonly ports: readonly {
      readonly name: string;
      readonly port: number;
      readonly targetPort: string;
      readonly protocol: 'TCP';
      readonly appProtocol: 'http';
    }[];
  };
}

export interface PodDisruptionBudget extends Resource<'policy/v1', 'PodDisruptionBudget'> {
  readonly spec: { readonly maxUnavailable: 1; readonly unhealthyPodEvictionPolicy: 'AlwaysAllow'; readonly selector: Selector };
}

export interface NetworkPolicy extends Resource<'networking.k8s.io/v1', 'NetworkPolicy'> {
  readonly spec: {
    readonly podSelector: PodSelector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports: readonly PolicyPort[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
  };
}

/** An empty selector selects every pod of the namespace. */
export interface PodSelector extends Partial<Selector> {
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'DoesNotExist' }[];
}

export type Peer =
  | { readonly podSelector: PodSelector }
  | { readonly namespaceSelector: Selector }
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } };

export interface PolicyPort {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number | string;
}

export interface GatewayListener extends Resource<'gateway.networking.k8s.io/v1', 'Gateway'> {
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners: readonly {
      readonly name: string;
      readonly port: number;
      readonly protocol: 'HTTP' | 'HTTPS';
      readonly tls?: {
        readonly mode: 'Terminate';
        readonly certificateRefs: readonly { readonly kind: 'Secret'; readonly name: string }[];
      };
      readonly allowedRoutes: { readonly namespaces: { readonly from: 'Same' } };
    }[];
  };
}

export interface HttpRoute extends Resource<'gateway.networking.k8s.io/v1', 'HTTPRoute'> {
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly { readonly path: { readonly type: 'PathPrefix'; readonly value: '/' } }[];
      readonly timeouts: { readonly request: '0s' };
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}
