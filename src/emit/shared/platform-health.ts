/** Which of the questions that `health` can ask of a server a platform's own probe can ask too. */
import type { HealthPlan } from '../../plan/server-types.js';

export type ProbingPlatform = 'kubernetes' | 'fly';
/**
 * `exactly`: the probe asks the same question. `roughly`: the probe counts more answers as healthy than `health` does. `port`: the probe only tests that
 * something listens on the port.
 */
export type ProbeAccuracy = 'exactly' | 'roughly' | 'port';

interface ProbeAbilities {
  /** The probe counts every status from 200 up to, but not including, this one as healthy. */
  readonly healthyBelow: number;
  readonly runsCommands: boolean;
}

/** Kubernetes has the kubelet's httpGet and exec probes, Fly the HTTP and TCP checks of fly.toml. Both send GET, and neither reads the body of the answer. */
const ABILITIES: Readonly<Record<ProbingPlatform, ProbeAbilities>> = {
  kubernetes: { healthyBelow: 400, runsCommands: true },
  fly: { healthyBelow: 300, runsCommands: false },
};

export function probeAccuracy(platform: ProbingPlatform, health: HealthPlan): ProbeAccuracy {
  const { healthyBelow, runsCommands } = ABILITIES[platform];
  switch (health.kind) {
    case 'tcp':
      return 'exactly';
    case 'command':
      return runsCommands ? 'exactly' : 'port';
    case 'mcp':
      return 'port';
    case 'http':
      if (health.method !== 'GET' || health.status >= healthyBelow) return 'port';
      return health.status === 200 && health.body === null ? 'exactly' : 'roughly';
  }
}
