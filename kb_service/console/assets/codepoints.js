/** Offsets in stored texts count Unicode code points; JavaScript strings count UTF-16 units. */

/** The UTF-16 index at which the code point number `count` begins; the text's end when it is shorter. */
export function utf16Index(text, count) {
  let index = 0;
  for (let seen = 0; seen < count && index < text.length; seen += 1) index += text.codePointAt(index) > 0xffff ? 2 : 1;
  return index;
}

/** The text before, inside and after the half-open range `[start, end)` of code points. */
export function splitAround(text, start, end) {
  const from = utf16Index(text, start);
  const to = from + utf16Index(text.slice(from), end - start);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** How many code points a text has: what people call its characters. */
export const lengthOf = (text) => [...text].length;
