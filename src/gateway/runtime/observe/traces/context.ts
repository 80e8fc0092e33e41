/** W3C Trace Context, level 1: what a caller says of the trace it is part of. */
import { randomBytes } from 'node:crypto';

export interface TraceContext {
  readonly traceId: string;
  /** The caller's span; null where a trace begins here. */
  readonly parentId: string | null;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** @returns null for what is no `traceparent`: the trace is begun anew then (§3.2.2.5, §4.3) */
export function readTraceparent(text: string): TraceContext | null {
  const [, version, traceId = '', parentId = '', flags = '', more] = TRACEPARENT.exec(text) ?? [];
  // Versions to come may append fields; this one has none, and ff is no version.
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

/** The share is of trace ids, so that whoever samples by the same share takes the same traces. */
export function beginTrace(sample: number, traceId = randomBytes(16).toString('hex')): TraceContext {
  // Of the 56 bits that are random (level 2, §2.2.5) those that a number holds exactly.
  return { traceId, parentId: null, sampled: parseInt(traceId.slice(-14, -1), 16) >= (1 - sample) * 2 ** 52 };
}
