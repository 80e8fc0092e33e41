import type { Token } from './tokens.js';

/** The nginx target: an ordered tree of directives for each file. Rules and tests read it; the printer decides nothing. */
export interface NginxDocument {
  readonly files: readonly NginxFile[];
}

export interface NginxFile {
  /** Relative to the output folder. */
  readonly path: string;
  /** What a reader should know first; comes after the line every generated file opens with. */
  readonly opening: readonly string[];
  readonly items: readonly Item[];
}

export type Item = Directive | Entry | Section;

/** `name args;`, or `name args { block }`. */
export interface Directive {
  readonly kind: 'directive';
  readonly name: string;
  readonly args: readonly Token[];
  readonly block?: readonly Item[];
  /** The reason, above it. */
  readonly comment?: readonly string[];
}

/** A line of a `map` or `geo`: not a directive, its first word is data. */
export interface Entry {
  readonly kind: 'entry';
  readonly key: Token;
  readonly value: Token;
  /** Behind it. */
  readonly comment?: string;
}

/** A headline over the directives that follow. */
export interface Section {
  readonly kind: 'section';
  readonly title: string;
  readonly comment: readonly string[];
}
