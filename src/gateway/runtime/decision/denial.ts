/**
 * What callers are told of names that they may not use, and of names that nothing has: the very same, and what a server would say of the second. It depends
 * on the request alone.
 */
import type { ItemKind } from '../tables/rules.js';
import { failureText, idText } from '../wire/replies.js';
import type { ItemElement, ItemUse } from './item-use.js';

const INVALID_PARAMS = -32602;
/** Resource not found, in revisions before 2026-07-28, which forbids that code. */
const NOT_FOUND = -32002;
/** Characters of a name that are repeated. */
const MOST_OF_NAME = 256;

/** What an error says, by the kind of the item. A URI is not repeated: a server that is asked for one does not know which reply is to which. */
export function unknownItem(kind: ItemKind, name: string | null, isModern: boolean): { readonly code: number; readonly message: string } {
  if (kind === 'resource') return { code: isModern ? INVALID_PARAMS : NOT_FOUND, message: 'Resource not found' };
  return { code: INVALID_PARAMS, message: `Unknown ${kind}${name === null ? '' : `: ${name.slice(0, MOST_OF_NAME)}`}` };
}

const NOT_RUN = { code: -32600, message: 'Nothing of this batch was carried out: it names something that is not known' };

/** The reply to each request of the body; none where nobody waits for one. A batch is refused whole. */
export function denials(elements: readonly ItemElement[] | undefined, isModern: boolean): string[] {
  return (elements ?? []).flatMap((element) => {
    if (!element.isRequest) return [];
    const { code, message } = saidOf(element.items, isModern);
    return [failureText(idText(element), code, message)];
  });
}

function saidOf([item]: readonly ItemUse[], isModern: boolean) {
  return item ? unknownItem(item.kind, item.name, isModern) : NOT_RUN;
}
