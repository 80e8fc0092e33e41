import type { Severity } from '../plan/policy-types.js';
import type { Finding } from './types.js';

const SEVERITIES: readonly Severity[] = ['error', 'warn', 'info'];

/** The worst first, then by code, path and message: by code units, so that no locale changes it. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.code, b.code) ||
    compare(a.at, b.at) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
