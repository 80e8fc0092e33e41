import type { EgressPlan } from '../../plan/infra-types.js';
import { listed } from '../../plan/quote.js';
import type { Plan } from '../../plan/types.js';
import type { TargetLoss } from '../types.js';

type Bounding = 'compose' | 'kubernetes' | 'fly';

/** What each platform makes of a bound that it cannot keep. */
const INSTEAD: Readonly<Record<Bounding, string>> = {
  compose: 'a network of compose has a way out or has none',
  kubernetes: 'a network policy knows addresses and no names, so their ports are open to every address',
  fly: 'machines on Fly reach everything',
};

/** What a platform cannot keep of a bound: all of it, the list, or the names in it. */
function lost(platform: Bounding, { allows }: EgressPlan): readonly string[] {
  if (allows === 'any') return [];
  if (allows === 'none') return platform === 'fly' ? ['nothing'] : [];
  return allows.filter(({ isNetwork }) => platform !== 'kubernetes' || !isNetwork).map(({ host }) => host);
}

/** The loss of servers whose `egress` a platform cannot hold them to. */
export function egressLoss(platform: Bounding): TargetLoss {
  return {
    feature: `bounds of what a server reaches on ${platform}`,
    *find({ infra: { targets, workloads } }: Plan) {
      for (const { id, egress, from, image } of targets[platform] === null ? [] : workloads) {
        // What a server does not say is another finding's (egress-undeclared).
        const hosts = egress.isDeclared && image.kind !== 'none' ? lost(platform, egress) : [];
        if (hosts.length === 0) continue;
        yield {
          at: `${from}.egress`,
          message: `${platform} cannot hold ${id} to ${listed(hosts)}: ${INSTEAD[platform]}`,
          help: 'let it out through a proxy that knows the hosts, or say egress: \'any\' for this target',
        };
      }
    },
  };
}
