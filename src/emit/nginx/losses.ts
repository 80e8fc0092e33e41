import { listed } from '../../plan/quote.js';
import type { TargetLoss } from '../types.js';

export const nginxLosses: readonly TargetLoss[] = [
  {
    feature: 'TLS at nginx beside a platform without it',
    *find({ infra: { targets } }) {
      const without = (['kubernetes', 'fly'] as const).filter((target) => targets[target] !== null);
      if (!targets.nginx?.tls || without.length === 0) return;
      const run = without.length === 1 ? 'runs' : 'run';
      yield {
        at: 'gateway.tls',
        message: `${listed(without)} ${run} no nginx of ours, so the platform terminates TLS, without its certificate`,
        help: 'put the certificate on the platform’s own listener, or choose tls: nginx in an environment that has only nginx',
      };
    },
  },
];
