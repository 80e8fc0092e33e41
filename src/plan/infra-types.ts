/** The half of the plan that is run: processes, their images, volumes and secrets, and the settings of the targets. */
import type { Destination } from '../config/egress.js';
import type { About } from './about.js';
import type { ChildPlan, EnvEntry, HealthPlan } from './server-types.js';
import type { TargetPlans } from './target-types.js';

export interface Infra {
  /** `gateway.listen.host`, or null for the placement's own. */
  readonly listenHost: string | null;
  readonly gateway: GatewayWorkload;
  /** What is run beside the gateway, by name: servers with an image and the hosts of stdio servers. */
  readonly workloads: readonly ServerWorkload[];
  readonly secrets: readonly SecretPlan[];
  readonly images: ImagesPlan;
  readonly dev: readonly DevPlan[];
  readonly targets: TargetPlans;
}

export interface ImagesPlan {
  readonly node: string;
  readonly nginx: string;
  /** Config paths of those that the user chose. */
  readonly chosen: readonly string[];
}

/** One thing that runs, once or several times. */
export interface Workload {
  /** `gateway`, or the server's name. Unique. */
  readonly id: string;
  readonly kind: 'gateway' | 'server' | 'stdio-host';
  readonly about: About;
  readonly image: WorkloadImage;
  readonly replicas: number;
  /** Instances are not alike: each keeps its name, because sessions or a volume of its own are in it. */
  readonly stateful: boolean;
  /** The port that is talked to (MCP), always present. */
  readonly port: number;
  /** MCP path behind the port. */
  readonly path: string;
  /** The gateway's admin port. */
  readonly adminPort: number | null;
  readonly health: HealthPlan;
  readonly env: readonly EnvEntry[];
  readonly volumes: readonly VolumePlan[];
  /** The user that the config names; null leaves it to the image, or to whoever chose the image. */
  readonly user: UserPlan | null;
  readonly resources: ResourcesPlan;
  /** What a stdio host runs; null for other kinds. */
  readonly child: ChildPlan | null;
  readonly from: string;
}

export interface GatewayWorkload extends Workload {
  readonly kind: 'gateway';
  readonly image: NodeImage;
}

/** A server that is a container of its own (`server`), or the generated runtime around the child of a stdio server (`stdio-host`). */
export interface ServerWorkload extends Workload {
  readonly kind: 'server' | 'stdio-host';
  readonly egress: EgressPlan;
}

/** Numbers, because an image may lack the name. */
export interface UserPlan {
  readonly uid: number;
  readonly gid: number;
}

export type DestinationPlan = Destination;

/** What a server may reach outside. */
export interface EgressPlan {
  readonly allows: 'any' | 'none' | readonly DestinationPlan[];
  /** False where the profile decided. */
  readonly isDeclared: boolean;
}

export type WorkloadImage =
  /** An image that exists. `from` is where the user wrote it. */
  | { readonly kind: 'reference'; readonly reference: string; readonly from: string }
  | NodeImage
  /** Built from a generated Dockerfile that installs one pinned package on top of the node image. */
  | InstalledImage
  /** Nothing says what a container would hold. */
  | { readonly kind: 'none'; readonly reason: string };

export interface InstalledImage {
  readonly kind: 'install';
  readonly base: string;
  readonly manager: 'npm' | 'uv';
  readonly package: string;
  /** The name that the only program of the package must have in the image, where the command did not say how that program is called (`npx PACKAGE`). */
  readonly onlyProgram: string | null;
  readonly from: string;
}

/** The stock node image with the generated gateway mounted. */
export interface NodeImage {
  readonly kind: 'node';
  readonly reference: string;
}

export interface VolumePlan {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly perInstance: boolean;
  readonly from: string;
}

/** Processor in thousandths of a core, memory in bytes. */
export interface ResourcesPlan {
  readonly requests: { readonly cpu: number; readonly memory: number };
  readonly limits: { readonly cpu: number | null; readonly memory: number };
}

/** A secret, and who needs it. */
export interface SecretPlan {
  readonly name: string;
  readonly uses: readonly SecretUse[];
}

export interface SecretUse {
  /** Workload id. */
  readonly workload: string;
  readonly purpose: SecretPurpose;
  /** Client whose key it is, the variable's name, which of the tokens it is, the issuer, the server or the tenant. */
  readonly subject: string | null;
  readonly rotateBy: string | null;
  readonly from: string;
}

export type SecretPurpose =
  | 'client-key' | 'session-key' | 'admin-token' | 'environment'
  /** Verifies tokens (HS256). */
  | 'token-secret'
  /** Signs what servers are told of a tenant. */
  | 'signing-key'
  /** Whom the gateway is at a server, or at a token endpoint. */
  | 'upstream-credential' | 'exchange-client'
  /** Certificates and their key, in PEM. */
  | 'upstream-tls';

/** How `mcpgen dev` runs a server on this machine. */
export interface DevPlan {
  readonly server: string;
  readonly command: readonly string[];
  /** Null for the folder of the config; for a stdio server that of its own command. */
  readonly cwd: string | null;
  /** Beside the server's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  /** Null for a stdio server, which the gateway runs with this command in place of its own. */
  readonly path: string | null;
  readonly health: HealthPlan;
  readonly from: string;
}
