/** One YAML document of a stream: a slice of whole lines. */
export interface TextSection {
  readonly text: string;
  /** Where it starts in the stream. */
  readonly offset: number;
  /** Zero-based line where it starts. */
  readonly line: number;
}

/**
 * Splits a stream at its document markers (YAML 1.2 §9.1), and one of JSON, as kubectl reads it, behind each object. A
 * marker at the start of a line ends any scalar, so this needs no parser. Comments and directives before a marker belong
 * to the document after it. The sections joined are the text.
 */
export function splitDocuments(text: string): readonly TextSection[] {
  const sections: TextSection[] = [];
  let offset = 0;
  let start = 0;
  let startLine = 0;
  let line = 0;
  let hasContent = false;
  let isJson = false;
  const hasReturns = text.includes('\r');
  const cut = (end: number, endLine: number): void => {
    if (end > start) sections.push({ text: text.slice(start, end), offset: start, line: startLine });
    start = end;
    startLine = endLine;
    hasContent = false;
  };
  while (offset < text.length) {
    const end = hasReturns ? lineEnd(text, offset) : newlineEnd(text, offset);
    const first = text.charCodeAt(offset);
    if (hasContent && first !== 0x2d && first !== 0x2e && first !== 0x7b) {
      // No `-`, `.` or `{`: a line like nearly all.
    } else if (isMarker(text, offset, '-')) {
      if (hasContent) cut(offset, line);
      hasContent = true;
      isJson = false;
    } else if (isMarker(text, offset, '.')) {
      cut(end, line + 1);
    } else if (!hasContent) {
      hasContent = !isPrologue(text, offset, end);
      isJson = hasContent && beginsObject(text, offset);
    } else if (isJson && beginsObject(text, offset) && isBehindObject(text, offset)) {
      cut(offset, line);
      hasContent = true;
    }
    offset = end;
    line++;
  }
  if (hasContent || sections.length === 0) cut(text.length, line);
  else attachTrailer(sections, text, start);
  return sections;
}

/** Comments after the last document belong to it. */
function attachTrailer(sections: TextSection[], text: string, start: number): void {
  const last = sections.pop();
  if (last) sections.push({ ...last, text: text.slice(last.offset, Math.max(start, text.length)) });
}

function newlineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

function lineEnd(text: string, offset: number): number {
  for (let at = offset; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) return at + 1;
    if (code === 13) return text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
  }
  return text.length;
}

function isMarker(text: string, offset: number, sign: '-' | '.'): boolean {
  if (text[offset] !== sign || text[offset + 1] !== sign || text[offset + 2] !== sign) return false;
  const next = text[offset + 3];
  return next === undefined || next === ' ' || next === '\t' || next === '\n' || next === '\r';
}

/** In JSON a name or the end follows. Templates, too, have lines that begin with a brace. */
function beginsObject(text: string, offset: number): boolean {
  if (text[offset] !== '{') return false;
  let next = offset + 1;
  while (/\s/.test(text.charAt(next))) next++;
  return text[next] === '"' || text[next] === '}';
}

/** Within one object nothing stands between `}` and `{` but a comma. */
function isBehindObject(text: string, offset: number): boolean {
  return /\}\s*$/.test(text.slice(Math.max(0, offset - 100), offset));
}

/** Blank lines, comments and directives: what may stand before a document. */
function isPrologue(text: string, offset: number, end: number): boolean {
  if (text[offset] === '%') return true;
  for (let at = offset; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 35) return true;
    const isBlank = code === 32 || code === 9 || code === 10 || code === 13 || code === 0xfeff;
    if (!isBlank) return false;
  }
  return true;
}
