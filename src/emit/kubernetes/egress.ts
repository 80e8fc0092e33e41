import type { DestinationPlan, EgressPlan } from '../../plan/infra-types.js';
import type { NetworkPolicy } from './manifests.js';
import { asNetwork } from './peers.js';

type Rule = NonNullable<NetworkPolicy['spec']['egress']>[number];

/** Every address but those of the link itself: the metadata service of a cloud hands out credentials of the machine there. */
const EVERYWHERE: Rule = {
  to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }, { ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::/32'] } }],
};

/** The rules of a policy for what a server may reach outside. A policy knows no host names, so a name opens its port to every address. */
export function egressRules({ allows }: EgressPlan): readonly Rule[] {
  if (allows === 'none') return [];
  if (allows === 'any') return [EVERYWHERE];
  const rules = new Map(allows.map((destination) => [key(destination), rule(destination)]));
  return [...rules.keys()].sort().map((each) => rules.get(each)!);
}

function rule({ host, isNetwork, port }: DestinationPlan): Rule {
  const to = isNetwork ? [{ ipBlock: { cidr: asNetwork(host) } }] : EVERYWHERE.to;
  return { ...(to ? { to } : {}), ports: [{ protocol: 'TCP', port }] };
}

const key = ({ host, isNetwork, port }: DestinationPlan): string => `${isNetwork ? host : ''} ${String(port).padStart(5, '0')}`;
