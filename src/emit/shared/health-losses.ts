import type { HealthPlan } from '../../plan/server-types.js';
import type { TargetLoss } from '../types.js';
import { probeAccuracy, type ProbingPlatform } from './platform-health.js';

/** The statuses that a platform's own probe counts as healthy. */
const HEALTHY_STATUSES: Readonly<Record<ProbingPlatform, string>> = { kubernetes: '200 to 399', fly: '200 to 299' };

/** The loss of servers whose `health` asks a question that the platform's own probe cannot ask. */
export function healthLoss(platform: ProbingPlatform): TargetLoss {
  return {
    feature: `questions of health that ${platform} cannot ask`,
    *find({ infra: { targets, workloads } }) {
      if (targets[platform] === null) return;
      for (const { id, health, from } of workloads.filter(({ kind }) => kind === 'server')) {
        const accuracy = probeAccuracy(platform, health);
        if (accuracy === 'exactly') continue;
        const instead = accuracy === 'port' ? 'tests the port' : `asks for the status alone, and takes ${HEALTHY_STATUSES[platform]} for well`;
        const place = { at: `${from}.health`, message: `${platform} cannot ask ${id} ${questionOf(health)}: it ${instead}` };
        yield health.kind === 'command' ? { ...place, help: HELP_FOR_COMMANDS } : { ...place, help: HELP_FOR_REQUESTS, severity: 'info' };
      }
    },
  };
}

const HELP_FOR_COMMANDS = 'give it a path that answers GET: nobody runs the command there';
const HELP_FOR_REQUESTS = 'the gateway asks it in full, and sends nothing to an instance that is not well';

function questionOf(health: HealthPlan): string {
  switch (health.kind) {
    case 'mcp':
      return `in MCP (${health.ask})`;
    case 'command':
      return 'by a command';
    case 'tcp':
      return 'for its port';
    case 'http':
      return `for ${health.method} ${health.path} with ${health.status}${health.body === null ? '' : ' and a text'}`;
  }
}
