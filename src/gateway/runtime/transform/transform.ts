/** Changes to what passes, after everything was decided. */
import type { TransformTable } from '../types.js';
import type { UpstreamResponse } from '../upstream/upstream.js';

export interface Transform {
  request(headers: Readonly<Record<string, string>>, table: TransformTable): Record<string, string>;
  /** Rejects with an `UpstreamFault` where a result cannot be read, and so cannot be redacted. */
  response(response: UpstreamResponse, table: TransformTable): Promise<UpstreamResponse>;
}

export const TRANSFORM: Transform = {
  request: (headers) => ({ ...headers }),
  response: async (response) => response,
};
