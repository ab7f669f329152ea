// Finds names by pieces of words, as a person types them: every word has to be in the name, its letters together or, worse,
// apart in their order. What begins a word, and short names, come first.

/** How well a name fits; undefined where it does not. Greater is better. */
export function fuzzyScore(words: readonly string[], name: string): number | undefined {
  const text = name.toLowerCase();
  let score = -text.length / 200;
  for (const word of words) {
    const found = wordScore(word, text);
    if (found === undefined) return undefined;
    score += found;
  }
  return score;
}

export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The best of many, best first; of equal ones in their order. */
export function fuzzyBest<Item>(query: string, items: readonly Item[], nameOf: (item: Item) => string, most: number): Item[] {
  const words = wordsOf(query);
  if (words.length === 0) return items.slice(0, most);
  const fitting: { item: Item; score: number }[] = [];
  for (const item of items) {
    const score = fuzzyScore(words, nameOf(item));
    if (score !== undefined) fitting.push({ item, score });
  }
  return fitting
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ item }) => item);
}

function wordScore(word: string, text: string): number | undefined {
  const at = text.indexOf(word);
  if (at >= 0) {
    // Of all places the best: the beginning of a word.
    for (let next = at; next >= 0; next = text.indexOf(word, next + 1)) if (beginsWord(text, next)) return next === 0 ? 4 : 3;
    return 2;
  }
  const gaps = Math.min(lettersApart(word, text, true), lettersApart(word, text, false));
  // Letters that are strewn about are no word.
  return gaps <= word.length / 3 ? 1 - gaps / word.length : undefined;
}

/** How often a letter of the word neither follows the one before it in the text nor begins a word there; ∞ where one is not there. */
function lettersApart(word: string, text: string, preferBeginnings: boolean): number {
  let at = -1;
  let gaps = 0;
  for (const letter of word) {
    const adjacent = at >= 0 && text.startsWith(letter, at + 1);
    let next = text.indexOf(letter, at + 1);
    if (next < 0) return Infinity;
    if (!adjacent && preferBeginnings) {
      let beginning = next;
      while (beginning >= 0 && !beginsWord(text, beginning)) beginning = text.indexOf(letter, beginning + 1);
      if (beginning >= 0) next = beginning;
    }
    // What is no beginning of a word is no first letter.
    if (at < 0 && !beginsWord(text, next)) return Infinity;
    if (!adjacent && !beginsWord(text, next)) gaps++;
    at = next + letter.length - 1;
  }
  return gaps;
}

function beginsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]!);
}
