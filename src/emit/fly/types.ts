import type { Dockerfile } from '../shared/dockerfile.js';
import type { TomlTable } from './toml.js';

/** Everything of the Fly target: an app for the gateway, and a private one for each server. */
export interface FlyDocument {
  readonly apps: readonly FlyApp[];
}

export interface FlyApp {
  readonly name: string;
  readonly workload: string;
  readonly org: string | null;
  readonly machines: number;
  /** What a reader of fly.toml should know beyond the commands. */
  readonly about: readonly string[];
  readonly config: FlyConfig;
  /** Null where the app runs an image as it is. */
  readonly dockerfile: Dockerfile | null;
  readonly secrets: readonly FlySecret[];
}

/** A secret of an app: Fly makes it a variable of this name. */
export interface FlySecret {
  readonly variable: string;
  /** The secret of the plan behind it. */
  readonly secret: string;
  readonly purposes: readonly string[];
}

/** fly.toml (flyctl, internal/appconfig), in the keys we use. */
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

// Type aliases and not interfaces from here on: only they fit an index signature.
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
