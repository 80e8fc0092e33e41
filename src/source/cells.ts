/** One character as a reader counts them, and the columns that a terminal draws it in. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it begins in the line, in UTF-16 units. */
  readonly offset: number;
}

const TAB = 4;
const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters that terminals draw two columns wide: East Asian wide and full-width forms (UAX #11), and emoji. */
const WIDE = new RegExp(
  '^[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6' +
    '\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}',
  'u',
);
/** Control characters, and characters that reorder text. Printed as they are they would move the cursor or the carets. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function cellsOf(line: string): readonly Cell[] {
  let column = 0;
  return Array.from(CHARACTERS.segment(line), ({ segment, index }) => {
    const width = segment === '\t' ? TAB - (column % TAB) : WIDE.test(segment) ? 2 : 1;
    column += width;
    return { text: segment === '\t' ? ' '.repeat(width) : segment.replace(UNSAFE, '\ufffd'), width, offset: index };
  });
}

export function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** The column that each cell begins in. */
export function columnsOf(cells: readonly Cell[]): readonly number[] {
  let column = 0;
  return cells.map(({ width }) => (column += width) - width);
}
