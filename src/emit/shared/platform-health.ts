/** How much of what `health` asks of a server a platform can ask it, in the platform's own probe. */
import type { HealthPlan } from '../../plan/server-types.js';

export type ProbingPlatform = 'kubernetes' | 'fly';
/** `roughly`: a wider answer is taken for well. `port`: only whether something listens. */
export type Asked = 'exactly' | 'roughly' | 'port';

interface Abilities {
  /** First status that is no longer taken for well; the first that is, is 200. */
  readonly below: number;
  readonly runsCommands: boolean;
}

/** Kubernetes: the kubelet's httpGet and exec probes. Fly: `[checks]` of fly.toml, which are HTTP or TCP. Neither compares a text, and GET is what is sent. */
const ABILITIES: Readonly<Record<ProbingPlatform, Abilities>> = {
  kubernetes: { below: 400, runsCommands: true },
  fly: { below: 300, runsCommands: false },
};

export function askedBy(platform: ProbingPlatform, health: HealthPlan): Asked {
  const { below, runsCommands } = ABILITIES[platform];
  switch (health.kind) {
    case 'tcp':
      return 'exactly';
    case 'command':
      return runsCommands ? 'exactly' : 'port';
    case 'mcp':
      return 'port';
    case 'http':
      if (health.method !== 'GET' || health.status >= below) return 'port';
      return health.status === 200 && health.body === null ? 'exactly' : 'roughly';
  }
}
