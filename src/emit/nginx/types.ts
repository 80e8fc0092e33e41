import type { Token } from './tokens.js';

/** The document of the nginx target: an ordered tree of directives for each file. Rules and tests read this tree. */
export interface NginxDocument {
  readonly files: readonly NginxFile[];
}

export interface NginxFile {
  /** The path, relative to the output folder. */
  readonly path: string;
  /** Lines of the opening comment, below the header that every generated file has. */
  readonly opening: readonly string[];
  readonly items: readonly Item[];
}

export type Item = Directive | Entry | Section;

/** A directive: `name args;`, or `name args { block }`. */
export interface Directive {
  readonly kind: 'directive';
  readonly name: string;
  readonly args: readonly Token[];
  readonly block?: readonly Item[];
  /** Lines of comment above the directive, which say why it is there. */
  readonly comment?: readonly string[];
}

/** A line of a `map` or `geo`. It is no directive, because its first word is data. */
export interface Entry {
  readonly kind: 'entry';
  readonly key: Token;
  readonly value: Token;
  /** A comment at the end of the line. */
  readonly comment?: string;
}

/** A headline above the directives that follow. */
export interface Section {
  readonly kind: 'section';
  readonly title: string;
  readonly comment: readonly string[];
}
