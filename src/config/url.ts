/**
 * The URL that a text is, or null. `URL.canParse` is not asked: that of Node 20 refuses letters beyond ASCII, such as `https://bücher.example`, once it has
 * been called so often that V8 optimises it.
 */
export function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
