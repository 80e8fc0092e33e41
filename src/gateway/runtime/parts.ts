/** The optional parts that a request may pass through, loaded once; they outlive a reload, because what they hold belongs to callers. */
import type { Bridge } from './answer/bridge/bridge.js';
import type { Env } from './process/env.js';
import type { Features } from './features.js';
import type { Mirror } from './front/metadata.js';
import type { Parts } from './front/services.js';
import type { ProcessLog } from './process/log.js';
import type { Metrics } from './process/metrics.js';
import type { Renewals } from './answer/renew.js';
import type { Items } from './answer/items/items.js';
import type { Sse } from './answer/sse/sse.js';
import type { GatewayTables } from './tables/gateway.js';
import type { Listen } from './tables/placement.js';

/** The parts, and how all that they hold is given back. */
export interface LoadedParts extends Parts {
  readonly mirror: Mirror | null;
  close(): Promise<void>;
}

export interface PartsOptions {
  readonly log: ProcessLog;
  readonly metrics: Metrics;
  readonly env: Env;
  /** Where this process listens. */
  readonly listening: () => Listen;
}

export async function loadParts(tables: GatewayTables, features: Features, options: PartsOptions, known: LoadedParts | null): Promise<LoadedParts> {
  const { log, metrics } = options;
  const bridge = await loadBridge(tables, features, log, known?.bridge ?? null);
  const sse = await loadSse(tables, features, options, known?.sse ?? null);
  const renewals = known?.renewals ?? (await loadRenewals(features));
  const traces = tables.traces && (await features.traces?.());
  const tracer = (tables.traces && traces?.createTracer({ ...tables.traces, service: tables.name, log, metrics })) ?? null;
  const audit = (await features.audit?.())?.createAudit(log) ?? null;
  const transform = (await features.transform?.())?.createTransform(await features.redaction?.()) ?? null;
  const items: Items | null = known?.items ?? (await features.items?.())?.createItems() ?? null;
  const mirror = known?.mirror ?? (await features.mirror?.())?.createMirror(log) ?? null;
  const oauth = (await features.oauth?.())?.createOAuth(mirror) ?? null;
  const { deny = null } = (await features.denials?.()) ?? {};
  const { endAtExpiry = null } = (await features.expiry?.()) ?? {};
  // Calls of before a reload may still want it.
  const { vouchFor = known?.vouchFor ?? null } = (await features.vouching?.()) ?? {};
  if (known?.tracer) void known.tracer.close();
  return {
    audit,
    bridge,
    deny,
    endAtExpiry,
    items,
    mirror,
    oauth,
    renewals,
    sse,
    tracer,
    transform,
    vouchFor,
    close: async () => {
      await Promise.all([bridge?.close(), sse?.close(), tracer?.close()]);
    },
  };
}

async function loadRenewals({ renew }: Features): Promise<Renewals | null> {
  return (await renew?.())?.createRenewals() ?? null;
}

async function loadSse({ timeouts }: GatewayTables, features: Features, { log, env, listening }: PartsOptions, known: Sse | null): Promise<Sse | null> {
  const [module, relay, held, passed] = await Promise.all([features.sse?.(), features.relay?.(), features.sseHeld?.(), features.ssePassed?.()]);
  const sse = known ?? module?.createSse({ keepAlive: timeouts.keepAlive, log }) ?? null;
  sse?.configure({ ...held, ...passed }, relay ? { ...relay, self: () => relay.selfOf(env, listening()) } : null);
  return sse;
}

async function loadBridge({ revisions }: GatewayTables, features: Features, log: ProcessLog, known: Bridge | null): Promise<Bridge | null> {
  const [module, toLegacy = null, toModern = null] = await Promise.all([features.bridge?.(), features.toLegacy?.(), features.toModern?.()]);
  const bridge = known ?? module?.createBridge(log) ?? null;
  bridge?.configure({ revisions, toLegacy, toModern });
  return bridge;
}
