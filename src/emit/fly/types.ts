import type { Dockerfile } from '../shared/dockerfile.js';
import type { EnvironmentSetting } from '../shared/environment-settings.js';
import type { TomlTable } from './toml.js';

/** The document of the Fly target: an app for the gateway, and a private app for each server. */
export interface FlyDocument {
  readonly apps: readonly FlyApp[];
}

export interface FlyApp {
  readonly name: string;
  /** Id of the workload that the app runs. */
  readonly workload: string;
  readonly org: string | null;
  /** Name of the private network that the apps of this deployment share with no other app. */
  readonly network: string;
  /** Host names that clients use and that Fly needs a certificate for. */
  readonly certificates: readonly string[];
  readonly machines: number;
  /** Lines of the opening comment of fly.toml, below the commands. */
  readonly about: readonly string[];
  readonly config: FlyConfig;
  /** Null where the app runs the user's image unchanged. */
  readonly dockerfile: Dockerfile | null;
  readonly secrets: readonly FlySecret[];
  /** What may be set beside them; Fly has secrets for that too. */
  readonly settings: readonly EnvironmentSetting[];
}

/** A secret of an app. Fly gives it to the app's machines as an environment variable. */
export interface FlySecret {
  /** Name of the environment variable, and of the secret on Fly. */
  readonly variable: string;
  /** Name of the plan's secret whose value it is. */
  readonly secret: string;
  readonly purposes: readonly string[];
}

/** The keys of fly.toml that we use (flyctl, internal/appconfig). */
export interface FlyConfig extends TomlTable {
  readonly app: string;
  readonly primary_region: string;
  readonly kill_signal: 'SIGTERM';
  readonly kill_timeout: string;
  readonly build: { readonly dockerfile: string; readonly ignorefile: string } | { readonly image: string };
  readonly deploy: { readonly strategy: 'rolling' };
  readonly env?: Readonly<Record<string, string>>;
  readonly http_service?: HttpService;
  readonly checks?: { readonly mcp: TopLevelCheck };
  readonly mounts?: readonly FlyMount[];
  readonly restart?: readonly { readonly policy: 'always' }[];
  readonly vm: readonly { readonly size: string; readonly memory: string }[];
}

// The types below are type aliases, because an interface would not fit the index signature of `TomlTable`.
export type HttpService = {
  readonly internal_port: number;
  readonly force_https: true;
  readonly auto_stop_machines: 'off' | 'stop';
  readonly auto_start_machines: boolean;
  readonly min_machines_running: number;
  readonly concurrency: { readonly type: 'requests'; readonly soft_limit: number; readonly hard_limit: number };
  readonly http_options: { readonly idle_timeout: number };
  readonly checks: readonly FlyCheck[];
};

export type FlyCheck = {
  readonly grace_period: string;
  readonly interval: string;
  readonly timeout: string;
  readonly method: 'GET';
  readonly path: string;
  readonly protocol: 'http';
  readonly headers: Readonly<Record<string, string>>;
};

export type TopLevelCheck = {
  readonly type: 'http' | 'tcp';
  readonly port: number;
  readonly grace_period: string;
  readonly interval: string;
  readonly timeout: string;
  readonly method?: 'GET';
  readonly path?: string;
};

export type FlyMount = {
  readonly source: string;
  readonly destination: string;
  readonly initial_size: string;
};
