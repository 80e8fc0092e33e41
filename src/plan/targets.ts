import type { Model } from '../config/model.js';
import type { ComposePlan, FlyPlan, KubernetesPlan, NginxPlan, TargetPlans } from './target-types.js';

/** The settings of the targets that the config names. */
export function planTargets(model: Model): TargetPlans {
  return {
    nginx: nginx(model),
    compose: compose(model),
    kubernetes: kubernetes(model),
    fly: fly(model),
  };
}

function compose({ name, targets }: Model): ComposePlan | null {
  if (!targets.compose) return null;
  const { project, publish, expose } = targets.compose;
  return { project: project ?? name, publish: { address: publish.address, port: publish.port ?? expose ?? 8080 }, from: 'targets.compose' };
}

function nginx({ targets, gateway }: Model): NginxPlan | null {
  if (!targets.nginx) return null;
  const { version, run, listen } = targets.nginx;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const tls = gateway.tls.at === 'nginx' ? { certificate: gateway.tls.certificate, key: gateway.tls.key } : null;
  return { version, release: [major, minor, patch], run, listen: listen ?? (tls ? 443 : 8088), tls, from: 'targets.nginx' };
}

function kubernetes({ name, targets }: Model): KubernetesPlan | null {
  if (!targets.kubernetes) return null;
  const { version, namespace, clusterDomain, exposure, storageClass, pullSecrets } = targets.kubernetes;
  return {
    version,
    minor: Number(version.split('.')[1]),
    namespace: namespace ?? name,
    clusterDomain,
    exposure: planExposure(exposure),
    storageClass: storageClass ?? null,
    pullSecrets: [...pullSecrets].sort(),
    from: 'targets.kubernetes',
  };
}

function planExposure(exposure: NonNullable<Model['targets']['kubernetes']>['exposure']): KubernetesPlan['exposure'] {
  if (exposure.kind === 'none') return { kind: 'none' };
  const { parent, gatewayClass } = exposure;
  if (parent) return { kind: 'parent', name: parent.name, namespace: parent.namespace ?? null, sectionName: parent.sectionName ?? null };
  return { kind: 'gateway-class', gatewayClass: gatewayClass ?? '' };
}

function fly({ name, targets }: Model): FlyPlan | null {
  if (!targets.fly) return null;
  const { app, region, org, vm, scaleToZero } = targets.fly;
  return { app: app ?? name, region, org: org ?? null, vm, scaleToZero, from: 'targets.fly' };
}
