/** The optional parts that a request may pass through, loaded once; they outlive a reload, because what they hold belongs to callers. */
import type { Bridge } from './bridge/bridge.js';
import type { Features } from './features.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import type { Sse } from './sse/sse.js';
import type { Tracer } from './traces/tracer.js';
import type { Transform } from './transform/transform.js';
import type { GatewayTables } from './types.js';

export interface Parts {
  readonly bridge: Bridge | null;
  readonly sse: Sse | null;
  readonly tracer: Tracer | null;
  readonly transform: Transform | null;
  close(): Promise<void>;
}

export interface PartsOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** `host:port` by which other replicas reach this process. */
  readonly self: () => string;
}

export async function loadParts(tables: GatewayTables, features: Features, { log, metrics, self }: PartsOptions, known: Parts | null): Promise<Parts> {
  const { keepAlive } = tables.timeouts;
  const bridge = await loadBridge(tables, features, log, known?.bridge ?? null);
  const sse = known?.sse ?? (await features.sse?.())?.createSse({ keepAlive, log, self }) ?? null;
  const traces = tables.traces && (await features.traces?.());
  const tracer = (tables.traces && traces?.createTracer({ ...tables.traces, service: tables.name, log, metrics })) ?? null;
  const transform = (await features.transform?.())?.TRANSFORM ?? null;
  if (known?.tracer) void known.tracer.close();
  return {
    bridge,
    sse,
    tracer,
    transform,
    close: async () => {
      await Promise.all([bridge?.close(), sse?.close(), tracer?.close()]);
    },
  };
}

async function loadBridge({ revisions }: GatewayTables, features: Features, log: Log, known: Bridge | null): Promise<Bridge | null> {
  const [module, toLegacy = null, toModern = null] = await Promise.all([features.bridge?.(), features.toLegacy?.(), features.toModern?.()]);
  const bridge = known ?? module?.createBridge(log) ?? null;
  bridge?.configure({ revisions, toLegacy, toModern });
  return bridge;
}
