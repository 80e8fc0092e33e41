import type { HealthPlan } from '../../plan/server-types.js';
import type { TargetLoss } from '../types.js';
import { askedBy, type ProbingPlatform } from './platform-health.js';

/** The answers that a platform's own probe takes for well. */
const WELL: Readonly<Record<ProbingPlatform, string>> = { kubernetes: '200 to 399', fly: '200 to 299' };

/** What `health` asks of a server and the platform's probe cannot ask. */
export function healthLoss(platform: ProbingPlatform): TargetLoss {
  return {
    feature: `questions of health that ${platform} cannot ask`,
    *find({ infra: { targets, workloads } }) {
      if (targets[platform] === null) return;
      for (const { id, health, from } of workloads.filter(({ kind }) => kind === 'server')) {
        const asked = askedBy(platform, health);
        if (asked === 'exactly') continue;
        const instead = asked === 'port' ? 'tests the port' : `asks for the status alone, and takes ${WELL[platform]} for well`;
        const place = { at: `${from}.health`, message: `${platform} cannot ask ${id} ${questionOf(health)}: it ${instead}` };
        yield health.kind === 'command' ? { ...place, help: NOBODY_RUNS_IT } : { ...place, help: GATEWAY_ASKS, severity: 'info' };
      }
    },
  };
}

const NOBODY_RUNS_IT = 'give it a path that answers GET: nobody runs the command there';
const GATEWAY_ASKS = 'the gateway asks it in full, and sends nothing to an instance that is not well';

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
