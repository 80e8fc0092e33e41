import { randomOf, SEED } from '../support/random.js';

/** Texts that a printer easily gets wrong. The message of a failure must name the seed. */
export function hostileTexts(count = 400): { readonly seed: number; readonly texts: readonly string[] } {
  const { below, pick } = randomOf();
  return { seed: SEED, texts: Array.from({ length: count }, () => Array.from({ length: 1 + below(9) }, () => pick(TRICKY_PIECES)).join('')) };
}

const TRICKY_PIECES = [
  ...'$ $$ ${ } $( ) % " \' \\ ` # : - ! & * | > @ { [ ] , ? = << ~ 0 1 0x 0o _ . e + y on null true a NAME --- ... é 😀'.split(' '),
  ...[' ', ' #', ': ', '- ', '\t', '\n', '\r', '\r\n', '\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029'],
  ...['\ufeff', '\uffff'],
];
