import type { Workload } from '../../plan/infra-types.js';
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { nginxModel } from '../nginx/model.js';
import { largestHead } from '../nginx/largest-head.js';
import type { NginxDocument } from '../nginx/types.js';
import { check } from './health.js';
import { HARDENING, stopGracePeriod } from './hardening.js';
import { literal } from './interpolation.js';
import { bind } from './mounts.js';
import { EDGE } from './networks.js';
import { published } from './published.js';
import { target } from './target.js';
import type { Service } from './types.js';
import type { Resolution } from './upstream.js';

/** Ids of the user `nginx` and its group in the official images. */
const NGINX_USER = '101:101';

export function nginxService(plan: Plan, nginx: NginxPlan, gateway: Workload, resolution: Resolution): Service {
  return {
    image: literal(plan.infra.images.nginx),
    user: NGINX_USER,
    ports: [published(plan, nginx.listen), ...redirect(plan, nginx)],
    networks: { [EDGE]: {} },
    volumes: [
      bind(nginx.run === 'container' ? '../nginx/nginx.conf' : './nginx.conf', '/etc/nginx/nginx.conf'),
      bind('./nginx-upstream.conf', '/etc/nginx/upstream.conf'),
      ...(nginx.tls ? [...new Set([nginx.tls.certificate, nginx.tls.key])].map((path) => bind(path, path)) : []),
    ],
    // nginx.conf puts the pid file and all temporary files there.
    tmpfs: ['/tmp'],
    // Docker lets every process listen below port 1024 by default. Other engines want a capability for that, and this container has none.
    ...(nginx.listen < 1024 ? { sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' } } : {}),
    depends_on: {
      // An nginx that resolves names only when it starts would keep the old address of a gateway that was recreated, so it is restarted too.
      gateway: { condition: 'service_healthy', ...(resolution === 'start' ? { restart: true } : {}) },
    },
    ...nginxHealthcheck(plan, nginx, gateway),
    ...HARDENING,
    stop_grace_period: stopGracePeriod(plan),
    deploy: { replicas: 1, resources: { limits: { memory: `${memory(plan)}m`, pids: 128 } } },
    labels: { 'mcpgen.hash': literal(plan.hash) },
  };
}

/** Requests at once beside streams, of which nginx takes as many. */
const OTHER_REQUESTS = 512;

/** Mebibytes that nginx takes at most: each open request may hold the largest head, and more than that of an answer that its client reads slowly. */
function memory({ traffic }: Plan): number {
  const requests = traffic.limits.streams + OTHER_REQUESTS;
  return Math.max(256, Math.ceil(64 + (requests * largestHead(traffic)) / 2 ** 20));
}

/** Whoever serves HTTPS where browsers look for it has nginx's redirect from plain HTTP beside it. */
function redirect(plan: Plan, { tls, listen }: NginxPlan): readonly string[] {
  return tls && listen === 443 && target(plan).publish.port === 443 ? [published(plan, 80, 80)] : [];
}

/** The container cannot use the files of a service: it has no user www-data, and neither /run nor /var/log can be written. */
export function nginxConf(plan: Plan, nginx: NginxPlan): NginxDocument | null {
  if (nginx.run === 'container') return null;
  const targets = { ...plan.infra.targets, nginx: { ...nginx, run: 'container' as const } };
  const { files } = nginxModel({ ...plan, infra: { ...plan.infra, targets } });
  return { files: files.filter(({ path }) => path === 'nginx/nginx.conf').map((file) => ({ ...file, path: 'compose/nginx.conf' })) };
}

/** The official images carry curl, except those tagged `slim`. Other images may have no curl, so they get no health check. */
function nginxHealthcheck({ traffic, infra }: Plan, nginx: NginxPlan, { health }: Workload): Pick<Service, 'healthcheck'> {
  if (!/(^|\/)nginx(-unprivileged)?(:(?!.*-slim)|@|$)/.test(infra.images.nginx)) return {};
  const { host } = traffic.publicUrl;
  const url = `${nginx.tls ? 'https' : 'http'}://${host}:${nginx.listen}/health/live`;
  // The public name is used, because nginx refuses a TLS handshake for an unknown name. An expired certificate does not make nginx unhealthy: --insecure.
  const flags = ['--fail', '--silent', '--output', '/dev/null', '--noproxy', '*', '--insecure'];
  const curl = ['curl', ...flags, '--resolve', `${host}:${nginx.listen}:127.0.0.1`, url];
  return { healthcheck: check(curl, health) };
}
