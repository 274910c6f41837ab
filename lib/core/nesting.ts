/** How deep lists and objects of a message may nest: JSON, clones between threads and schemas recurse, and stacks end. */
export const MAX_NESTING = 500;

const QUOTE = 34;
const BACKSLASH = 92;

/** Whether a JSON text nests deeper than `levels`; it counts brackets, so no depth is too much for it. */
export function nestsDeeper(text: string, levels: number = MAX_NESTING): boolean {
  // Most texts have too few brackets to look further.
  return opens(text, '[', levels) + opens(text, '{', levels) > levels && depthOf(text) > levels;
}

/** How often a bracket stands in a text, counted no further than just beyond `most`. */
function opens(text: string, bracket: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(bracket); at >= 0 && count <= most; at = text.indexOf(bracket, at + 1)) count += 1;
  return count;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === 91 || code === 123) deepest = Math.max(deepest, ++depth);
    else if (code === 93 || code === 125) depth -= 1;
  }
  return deepest;
}

/** Where the string that begins at `at` ends. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === BACKSLASH) end += 1;
    else if (code === QUOTE) return end;
  }
  return text.length;
}
