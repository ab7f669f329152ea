// Which metrics a reader has asked for: by words that all have to be in the key, or by a regular expression between slashes.

export function metricFilter(query: string): (key: string) => boolean {
  const expression = /^\/(.+?)\/?$/.exec(query.trim());
  // A key may begin with a slash; what is no expression (yet) is looked for as text.
  const pattern = expression && compile(expression[1]!);
  if (pattern) return (key) => pattern.test(key);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (key) => {
    const text = key.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'iu');
  } catch {
    return undefined;
  }
}
