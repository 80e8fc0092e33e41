import { placeJson as place } from './place-json.js';
import { countsOf, explainCommand, SEVERITY_WORDS, type Report, type Reported } from './report.js';

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
    severity: SEVERITY_WORDS[severity],
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
