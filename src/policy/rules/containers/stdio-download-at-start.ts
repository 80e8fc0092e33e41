import type { WorkloadImage } from '../../../plan/infra-types.js';
import { listed, quote } from '../../../plan/quote.js';
import { download } from '../../downloads.js';
import type { Rule } from '../../types.js';

export const stdioDownloadAtStart: Rule<'plan'> = {
  code: 'MCP508',
  slug: 'stdio-download-at-start',
  severity: 'error',
  securitySeverity: 7.3,
  summary: 'a stdio server would download its program each time its container starts a session',
  reads: ['plan'],
  *check({ plan: { infra } }) {
    const targets = (['compose', 'kubernetes', 'fly'] as const).filter((target) => infra.targets[target] !== null);
    for (const { id, image, child, from } of targets.length > 0 ? infra.workloads : []) {
      // Nothing is emitted for a server whose image nobody named, and lossy-target says so.
      if (child === null || image.kind === 'none') continue;
      const found = download(child.command);
      if (found === null) continue;
      yield {
        at: `${from}.command`,
        message: `on ${listed(targets)} each child of ${id} would begin with ${quote(found)}, which downloads what it runs`,
        help: helpFor(image),
      };
    }
  },
};

function helpFor(image: Exclude<WorkloadImage, { kind: 'none' }>): string {
  if (image.kind !== 'install') return 'install the package in the image, and name its program in command';
  return `the image holds ${image.package}: name that package without another version, or the program it installs, in command`;
}
