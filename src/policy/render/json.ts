import { toPath } from '../../diagnostics/path.js';
import type { Location } from '../../diagnostics/diagnostic.js';
import { countsOf, explainCommand, type Report, type Reported } from './report.js';

/** Findings for programs. Fields are added within a `formatVersion`, never renamed or removed. */
export function renderJson(report: Report): string {
  const { error: errors, warn: warnings, info: infos, suppressed } = countsOf(report);
  const { rules, milliseconds } = report;
  const document = {
    formatVersion: '1',
    findings: report.reported.map(record),
    summary: { errors, warnings, infos, suppressed, rules, milliseconds },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function record({ finding, located, places, environments }: Reported) {
  const { code, slug, severity, securitySeverity, message, help, at, related, fix, artefacts, fingerprint, suppressed } = finding;
  return {
    rule: code,
    slug,
    severity,
    securitySeverity,
    message,
    help,
    docs: explainCommand(code),
    config: place(at, located),
    related: related.map(({ at, message }) => ({ message, config: place(at, places.get(at)) })),
    fix: fix && { title: fix.title, edits: fix.edits.map(({ at, text }) => ({ text, config: place(at, places.get(at)) })) },
    environments,
    artefacts,
    fingerprint,
    suppressed,
  };
}

function place(at: string, location: Location | null | undefined) {
  return {
    path: toPath(at),
    file: location?.file ?? null,
    line: location?.line ?? null,
    col: location?.column ?? null,
    endLine: location?.endLine ?? null,
    endCol: location?.endColumn ?? null,
    exact: location?.exact ?? false,
  };
}
