/** Select Graphic Rendition parameters (ECMA-48 §8.3.117). */
const STYLES = { bold: '1', dim: '2', red: '1;31', yellow: '1;33', cyan: '1;36' } as const;
export type Style = keyof typeof STYLES;
export type Paint = (style: Style, text: string) => string;

export function painter(colour: boolean): Paint {
  return colour ? (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (_style, text) => text;
}
