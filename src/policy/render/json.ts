import { toPath } from '../../diagnostics/path.js';
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

function record({ finding, located, environments }: Reported) {
  const { code, slug, severity, securitySeverity, message, help, at, artefacts, fingerprint, suppressed } = finding;
  return {
    rule: code,
    slug,
    severity,
    securitySeverity,
    message,
    help,
    docs: explainCommand(code),
    config: {
      path: toPath(at),
      file: located?.file ?? null,
      line: located?.line ?? null,
      col: located?.column ?? null,
      endLine: located?.endLine ?? null,
      endCol: located?.endColumn ?? null,
      exact: located?.exact ?? false,
    },
    environments,
    artefacts,
    fingerprint,
    suppressed,
  };
}
