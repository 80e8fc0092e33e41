/** The answers of several workers to one operator as one answer. */
import { randomUUID } from 'node:crypto';
import type { AdminAnswer } from '../admin.js';
import type { Answered } from './crew.js';
import type { GatewayRequest } from '../../decision/head.js';
import { asObject, parseJson } from '../../wire/json-rpc.js';

/** `/config` is what any of them says, whose limits are its part; `/metrics` has the series of all, and every other page lists what each says. */
export function onePage({ target }: Pick<GatewayRequest, 'target'>, answered: readonly Answered[], workers: number): AdminAnswer {
  const good = answered.filter(({ answer }) => answer.status === 200);
  const [first] = [...good, ...answered];
  if (!first) return nobody();
  if (good.length === 0) return first.answer;
  const path = target.split('?', 1)[0];
  if (path === '/metrics') return { ...first.answer, body: oneText(good) };
  if (path === '/config') return json(first.answer, { ...contentOf(first), workers });
  return json(first.answer, { workers: good.map((one) => ({ worker: one.worker, ...contentOf(one) })) });
}

/** Refused as a worker refuses: with why, and the name by which the log has it. */
function nobody(): AdminAnswer {
  const refused = { reason: 'no-worker', requestId: randomUUID() };
  const headers = { 'retry-after': '1' };
  return json({ status: 503, type: 'application/json', body: '', headers, refused }, { error: 'no worker answers', data: refused });
}

const contentOf = ({ answer }: Answered) => asObject(parseJson(answer.body));
const json = (answer: AdminAnswer, value: unknown): AdminAnswer => ({ ...answer, body: `${JSON.stringify(value, null, 2)}\n` });

/** Each series with a label that says whose it is; what introduces a metric stands once, before the series of all workers. */
function oneText(answered: readonly Answered[]): string {
  const blocks = new Map<string, { readonly about: readonly string[]; readonly series: string[] }>();
  for (const { worker, answer } of answered) {
    for (const text of answer.body.split(/^(?=# HELP )/m)) {
      const lines = text.split('\n').filter((line) => line !== '');
      const about = lines.filter((line) => line.startsWith('#'));
      const name = about[0] ?? '';
      const block = blocks.get(name) ?? { about, series: [] };
      blocks.set(name, block);
      for (const line of lines.slice(about.length)) block.series.push(labelled(line, worker));
    }
  }
  return `${[...blocks.values()].flatMap(({ about, series }) => [...about, ...series]).join('\n')}\n`;
}

function labelled(line: string, worker: number): string {
  return line.replace(/^(\w+)(?:\{(.*)\})?(?= \S+$)/, (_, name: string, labels?: string) => `${name}{worker="${worker}"${labels ? `,${labels}` : ''}}`);
}
