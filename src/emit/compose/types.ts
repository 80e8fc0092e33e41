import type { Dockerfile } from '../shared/dockerfile.js';
import type { EnvironmentSetting } from '../shared/environment-settings.js';
import type { Note } from '../shared/yaml.js';
import type { NginxDocument } from '../nginx/types.js';
import type { Interpolated } from './interpolation.js';
import type { ComposeSecrets } from './secrets.js';
import type { Upstream } from './upstream.js';

/** The document of the compose target. `file` is the compose file itself, whose keys are those of the compose specification. */
export interface ComposeDocument {
  readonly file: ComposeFile;
  readonly notes: readonly Note[];
  readonly upstream: Upstream | null;
  readonly secrets: ComposeSecrets;
  /** What may be set in the gateway's environment. */
  readonly settings: readonly EnvironmentSetting[];
  /** nginx.conf for a container, where that of the nginx target is for a service of the machine. */
  readonly nginxConf: NginxDocument | null;
  readonly dockerfiles: readonly Dockerfile[];
}

export interface ComposeFile {
  readonly name: Interpolated;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, Network>>;
  readonly volumes?: Readonly<Record<string, Readonly<Record<never, never>>>>;
  /** Files of the machine, which compose mounts at /run/secrets/NAME. */
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

export interface Network {
  /** An internal network has no route to or from the outside. */
  readonly internal?: true;
}

export interface Service {
  readonly image: Interpolated;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  /** With `build`, `docker compose up` builds the image again when its Dockerfile has changed. */
  readonly pull_policy?: 'build';
  readonly entrypoint?: readonly Interpolated[];
  readonly user?: string;
  /** `environment` comes before these files (compose specification, env_file). */
  readonly env_file?: readonly { readonly path: string; readonly required: false }[];
  readonly environment?: Readonly<Record<string, Interpolated>>;
  readonly ports?: readonly string[];
  readonly networks?: Networks;
  readonly network_mode?: 'none';
  readonly secrets?: readonly string[];
  readonly volumes?: readonly Mount[];
  readonly tmpfs?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, Dependency>>;
  readonly healthcheck?: Healthcheck;
  readonly read_only: true;
  readonly cap_drop: readonly ['ALL'];
  readonly cap_add?: readonly ('CHOWN' | 'DAC_READ_SEARCH')[];
  readonly security_opt: readonly ['no-new-privileges:true'];
  readonly init: true;
  readonly restart: 'unless-stopped' | 'no';
  readonly logging: { readonly driver: 'json-file'; readonly options: Readonly<Record<'max-size' | 'max-file', string>> };
  readonly stop_grace_period: string;
  readonly deploy: Deploy;
  readonly labels?: Readonly<Record<string, Interpolated>>;
}

/** The networks of a service, and the further names that the service has in each. */
export type Networks = Readonly<Record<string, { readonly aliases?: readonly string[] }>>;

export type Mount =
  | {
      readonly type: 'bind';
      readonly source: Interpolated;
      readonly target: Interpolated;
      readonly read_only: true;
      /** Where the source is missing, Docker would otherwise create an empty folder and mount it. */
      readonly bind: { readonly create_host_path: false };
    }
  | { readonly type: 'volume'; readonly source: string; readonly target: Interpolated };

export interface Dependency {
  readonly condition: 'service_healthy' | 'service_started' | 'service_completed_successfully';
  readonly restart?: true;
}

export interface Healthcheck {
  readonly test: readonly Interpolated[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
  readonly start_interval: string;
}

export interface Deploy {
  readonly replicas: number;
  readonly resources: {
    readonly limits: { readonly cpus?: string; readonly memory: string; readonly pids: number };
    readonly reservations?: { readonly memory: string };
  };
}
