import type { Infra } from '../../../plan/infra-types.js';
import { pinningOf, type Pinning } from '../../image-reference.js';
import { quote } from '../../../plan/quote.js';
import type { Fix, Problem, Rule } from '../../types.js';

const HELP = 'pin it: name:1.4.2@sha256:…, with the digest that `docker buildx imagetools inspect` prints';

const PROBLEMS: Readonly<Record<Exclude<Pinning, 'digest'>, Pick<Problem, 'message' | 'severity'>>> = {
  none: { message: 'has neither tag nor digest, so each machine runs what is newest when it pulls' },
  latest: { message: 'is tagged latest, so each machine runs what is newest when it pulls' },
  tag: { message: 'has a tag but no digest, and whoever may push can move a tag', severity: 'warn' },
};

export const imageUnpinned: Rule<'plan'> = {
  code: 'MCP504',
  slug: 'image-unpinned',
  severity: 'error',
  securitySeverity: 5.9,
  summary: 'an image can change without the config changing',
  reads: ['plan'],
  *check({ plan: { infra } }) {
    for (const [from, reference] of chosenImages(infra)) {
      const pinning = pinningOf(reference);
      if (pinning === 'digest') continue;
      const { message, ...severity } = PROBLEMS[pinning];
      yield { at: from, message: `image ${quote(reference)} ${message}`, help: HELP, ...severity, ...(pinning === 'tag' ? { fix: pin(reference) } : {}) };
    }
  },
};

/** A digest is known to the registry alone, so no edit can be computed. */
function pin(reference: string): Fix {
  return { title: `append @ and the digest that docker buildx imagetools inspect ${reference} prints`, edits: [] };
}

/** Images the user wrote, by where; those of mcpgen's own table are its maintainers' to pin. */
function chosenImages({ workloads, images }: Infra): ReadonlyMap<string, string> {
  const own = workloads.flatMap(({ image }) => (image.kind === 'reference' ? [[image.from, image.reference] as const] : []));
  const stock = { 'images.node': images.node, 'images.nginx': images.nginx };
  return new Map([...own, ...Object.entries(stock).filter(([from]) => images.chosen.includes(from))]);
}
