/** A worker's part of the limits. The parts of all workers together are never more than the whole, but where a limit is smaller than their number. */
import type { RateTable } from '../../tables/caller.js';
import type { GatewayTables } from '../../tables/gateway.js';

export function shareOf(tables: GatewayTables, workers: number): GatewayTables {
  const { limits, tenants } = tables;
  const count = (whole: number): number => Math.max(1, Math.floor(whole / workers));
  const rate = (whole: RateTable): RateTable => shareOfRate(whole, workers);
  const { perClient } = limits;
  return {
    ...tables,
    limits: {
      ...limits,
      streams: count(limits.streams),
      sessions: count(limits.sessions),
      perAddress: rate(limits.perAddress),
      perClient: { ...perClient, rate: perClient.rate && rate(perClient.rate), streams: perClient.streams === null ? null : count(perClient.streams) },
    },
    tenants: tenants.map(([name, tenant]) => [
      name,
      {
        ...tenant,
        rate: tenant.rate && rate(tenant.rate),
        streams: tenant.streams === null ? null : count(tenant.streams),
        sessions: tenant.sessions === null ? null : count(tenant.sessions),
      },
    ]),
  };
}

/** Whole tokens, in the window in which they come to exactly this part of the rate: nothing is lost by rounding. */
function shareOfRate({ tokens, window }: RateTable, workers: number): RateTable {
  const part = Math.max(1, Math.floor(tokens / workers));
  return { tokens: part, window: (window * part * workers) / tokens };
}
