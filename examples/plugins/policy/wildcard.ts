/** Whether a text is as a pattern says, in which `*` stands for anything. Linear but for the number of `*`. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.toLowerCase().split("*");
  const last = others.pop();
  const subject = text.toLowerCase();
  if (last === undefined) return subject === first;
  if (!subject.startsWith(first) || !subject.endsWith(last)) return false;
  let from = first.length;
  for (const part of others) {
    const index = subject.indexOf(part, from);
    if (index === -1) return false;
    from = index + part.length;
  }
  return from <= subject.length - last.length;
}
