/** Host names that stand for many machines at once: which of them answers is chosen anew for each connection. Dated: July 2026. */
const MANY: readonly { readonly name: RegExp; readonly what: string }[] = [
  // `web-0.web.team.svc.cluster.local`, a pod of a StatefulSet, has one label more and is one machine.
  { name: /^[^.]+\.[^.]+\.svc(\.cluster\.local)?$/, what: 'a Kubernetes Service, which spreads connections over its pods' },
  { name: /^[^.]+\.(internal|flycast)$/, what: 'a Fly app, which stands for all of its machines' },
  { name: /^[^.]+\.fly\.dev$/, what: 'a Fly app, which stands for all of its machines' },
  { name: /\.elb(\.[a-z0-9-]+)?\.amazonaws\.com$/, what: 'an AWS load balancer' },
  { name: /\.run\.app$/, what: 'a Cloud Run service, which stands for all of its instances' },
];

/** What a host name stands for, when that is more than one machine. */
export function manyBehind(host: string): string | null {
  return MANY.find(({ name }) => name.test(host))?.what ?? null;
}
