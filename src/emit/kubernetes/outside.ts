import { isIP } from 'node:net';
import type { Plan } from '../../plan/types.js';
import { askedUrls } from '../shared/asked.js';
import type { NetworkPolicy, PolicyPort } from './manifests.js';
import { asNetwork } from './peers.js';

type Egress = NonNullable<NetworkPolicy['spec']['egress']>[number];

/** Egress to instances outside the cluster and to whoever the gateway itself asks. A policy knows no host names, so a name opens its port to every address. */
export function outside({ traffic }: Plan): readonly Egress[] {
  const instances = traffic.pools.flatMap(({ sources: { kubernetes } }) =>
    kubernetes.kind === 'urls' ? kubernetes.instances.map(({ url }) => new URL(url)) : [],
  );
  const urls = [...instances, ...askedUrls(traffic)];
  const rules = new Map(urls.map((url) => [ruleKey(url), rule(url)]));
  return [...rules.keys()].sort().map((key) => rules.get(key)!);
}

function rule(url: URL): Egress {
  const ports: readonly PolicyPort[] = [{ protocol: 'TCP', port: portOf(url) }];
  const address = addressOf(url);
  return address === null ? { ports } : { to: [{ ipBlock: { cidr: asNetwork(address) } }], ports };
}

function ruleKey(url: URL): string {
  return `${addressOf(url) ?? ''} ${String(portOf(url)).padStart(5, '0')}`;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function addressOf({ hostname }: URL): string | null {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? null : address;
}
