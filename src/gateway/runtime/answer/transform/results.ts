/** Results without what is to be redacted in them. */
import type { TransformTable } from '../../tables/pool.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { changeResults } from '../read-results.js';
import { pathsOf, redactJson } from './redact.js';

/** Rejects with an `UpstreamFault` where a result cannot be read, and where it has not come whole after `wait` milliseconds. */
export function redactResult(response: UpstreamResponse, redact: TransformTable['response']['redact'], wait: number): Promise<UpstreamResponse> {
  const paths = pathsOf(redact);
  return changeResults(response, (text) => redactJson(text, paths), wait);
}
