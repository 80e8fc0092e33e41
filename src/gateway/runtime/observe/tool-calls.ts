/** Whether the answer to a call shows that what was called is a tool: callers could use up the labels with words of their own. */
import type { CallAnswer } from '../process/metrics.js';
import { eventReader, readEvent } from '../wire/events.js';
import { asObject, at, parseJson } from '../wire/json-rpc.js';
import { isEventStream } from '../wire/media-type.js';

/** Bytes of an answer that is looked at; a name whose answers are all longer stays among the others. */
const MOST = 2 ** 20;

/** Tells when that is known, which is when the answer has ended. */
export function whetherTool(answer: CallAnswer, tell: (isTool: boolean) => void): void {
  const { status, body } = answer;
  if (status !== 200) return tell(false);
  if (Buffer.isBuffer(body)) return tell(hasResult(answer, body));
  const chunks: Buffer[] = [];
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST) chunks.push(chunk);
  });
  body.once('close', () => tell(size <= MOST && hasResult(answer, Buffer.concat(chunks))));
}

/** A result that is no error. What is no tool has an error, which some servers give as a result too. */
function hasResult(answer: CallAnswer, body: Buffer): boolean {
  const texts = isEventStream(answer) ? eventReader(MOST).push(body).map(({ text }) => readEvent(text).data) : [`${body}`];
  return texts.some((text) => {
    const result = at(parseJson(text), 'result');
    return result !== undefined && asObject(result)['isError'] !== true;
  });
}
