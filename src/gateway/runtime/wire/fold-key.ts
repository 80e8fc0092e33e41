/** Folds a key as parsers that ignore case do: some take the long s and the Kelvin sign for s and k. */
export const foldKey = (key: string): string => key.toUpperCase().toLowerCase();
