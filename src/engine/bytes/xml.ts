import { Malformed, Spent } from '#domain/error';

/** What stands in a document, in its order. Offsets count characters of the text. */
export type XmlEvent =
  | {
      readonly kind: 'open';
      /** Without its prefix. */
      readonly name: string;
      /** By name without prefix; of two of a name the first. */
      readonly attributes: ReadonlyMap<string, string>;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'close'; readonly name: string; readonly at: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  /** A document type declaration. Nothing it declares is used: no entity is expanded, no file is fetched. */
  | { readonly kind: 'doctype'; readonly hasSubset: boolean; readonly at: number }
  /** A reference to an entity that is not predefined; it stays in the text as written. */
  | { readonly kind: 'entity'; readonly name: string; readonly at: number };

/** Elements inside elements. */
const DEPTH_LIMIT = 200;
const ATTRIBUTE_LIMIT = 1000;
/** Things a document may hold: a workbook of 100,000 full rows has a few million. */
const EVENT_LIMIT = 20_000_000;

/** Reads XML without entities, namespaces or validation: events one after another, work linear in the text.
 *  Source: W3C XML 1.0, fifth edition
 *  @throws Malformed at the first place that is not well formed, and where elements nest too deep
 *  @throws Spent after {@link EVENT_LIMIT} events */
export function* xmlEvents(text: string): Generator<XmlEvent> {
  const open: string[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let events = 0;
  while (at < text.length) {
    if (++events > EVENT_LIMIT) throw new Spent(`${EVENT_LIMIT} XML events`);
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const end = next === -1 ? text.length : next;
      yield* characters(text, at, end);
      at = end;
      continue;
    }
    if (text.startsWith('<!--', at)) at = behind(text, '-->', at + 4, 'comment', at);
    else if (text.startsWith('<![CDATA[', at)) {
      const end = behind(text, ']]>', at + 9, 'CDATA section', at);
      yield { kind: 'text', text: text.slice(at + 9, end - 3), at };
      at = end;
    } else if (text.startsWith('<?', at)) at = behind(text, '?>', at + 2, 'processing instruction', at);
    else if (text.startsWith('<!', at)) {
      const { end, hasSubset } = doctypeEnd(text, at);
      yield { kind: 'doctype', hasSubset, at };
      at = end;
    } else if (text[at + 1] === '/') {
      const end = behind(text, '>', at + 2, 'end tag', at);
      const name = localName(text.slice(at + 2, end - 1).trim());
      const wanted = open.pop();
      if (wanted !== name)
        throw new Malformed(`</${name.slice(0, 40)}> closes <${(wanted ?? '').slice(0, 40)}>`, at);
      yield { kind: 'close', name, at, end };
      at = end;
    } else {
      const tag = startTag(text, at);
      yield* tag.references;
      yield { kind: 'open', name: tag.name, attributes: tag.attributes, at, end: tag.end };
      if (tag.isEmpty) yield { kind: 'close', name: tag.name, at: tag.end, end: tag.end };
      else if (open.push(tag.name) > DEPTH_LIMIT)
        throw new Malformed(`elements nest deeper than ${DEPTH_LIMIT}`, at);
      at = tag.end;
    }
  }
  if (open.length > 0)
    throw new Malformed(`<${(open.at(-1) ?? '').slice(0, 40)}> is never closed`, text.length);
}

/** @throws Malformed when the mark does not come */
function behind(text: string, mark: string, from: number, what: string, at: number): number {
  const found = text.indexOf(mark, from);
  if (found === -1) throw new Malformed(`${what} without end`, at);
  return found + mark.length;
}

/** Passes over a declaration `<!…>` with its internal subset; quoted text in it may hold brackets. */
function doctypeEnd(text: string, from: number): { readonly end: number; readonly hasSubset: boolean } {
  let hasSubset = false;
  let depth = 0;
  for (let at = from + 2; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      if (close === -1) break;
      at = close;
    } else if (character === '[') {
      hasSubset = true;
      depth++;
    } else if (character === ']') depth--;
    else if (character === '>' && depth <= 0) return { end: at + 1, hasSubset };
  }
  throw new Malformed('document type declaration without end', from);
}

interface StartTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly references: readonly XmlEvent[];
  readonly isEmpty: boolean;
  readonly end: number;
}

const NAME = /[^\s=<>/"'&]{1,1000}/y;
const SPACE = /\s*/y;

function startTag(text: string, from: number): StartTag {
  const name = match(NAME, text, from + 1);
  if (name === '') throw new Malformed('"<" that begins no tag', from);
  const attributes = new Map<string, string>();
  const references: XmlEvent[] = [];
  let at = from + 1 + name.length;
  for (;;) {
    at += match(SPACE, text, at).length;
    if (text[at] === '>')
      return { name: localName(name), attributes, references, isEmpty: false, end: at + 1 };
    if (text.startsWith('/>', at))
      return { name: localName(name), attributes, references, isEmpty: true, end: at + 2 };
    const key = match(NAME, text, at);
    if (key === '') throw new Malformed(`start tag <${name.slice(0, 40)}> without end`, from);
    at += key.length;
    at += match(SPACE, text, at).length;
    if (text[at] !== '=') throw new Malformed(`attribute ${key.slice(0, 40)} without value`, at);
    at++;
    at += match(SPACE, text, at).length;
    const quote = text[at];
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
    if (close === -1) throw new Malformed(`attribute ${key.slice(0, 40)} without quotes`, at);
    let value = '';
    for (const event of characters(text, at + 1, close)) {
      if (event.kind === 'text') value += event.text;
      else references.push(event);
    }
    if (attributes.size >= ATTRIBUTE_LIMIT)
      throw new Malformed(`more than ${ATTRIBUTE_LIMIT} attributes`, at);
    const own = localName(key);
    if (!attributes.has(own)) attributes.set(own, value);
    at = close + 1;
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Longest reference looked for: a name of an entity, or a code point with zeros before it. */
const REFERENCE_LIMIT = 64;

/** Text with its references replaced; one that is not predefined is said and stays as written. */
function* characters(text: string, from: number, end: number): Generator<XmlEvent> {
  if (from === end) return;
  // A search in the whole text would look past `end` each time.
  const given = text.slice(from, end);
  const parts: string[] = [];
  let at = 0;
  for (let next = given.indexOf('&'); next !== -1; next = given.indexOf('&', at)) {
    parts.push(given.slice(at, next));
    const length = given.slice(next, next + REFERENCE_LIMIT).indexOf(';');
    const name = length === -1 ? '' : given.slice(next + 1, next + length);
    at = length === -1 ? next + 1 : next + length + 1;
    const meant =
      name === '' ? undefined : Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : characterOf(name);
    if (meant === undefined && name !== '') yield { kind: 'entity', name, at: from + next };
    parts.push(meant ?? given.slice(next, at));
  }
  parts.push(given.slice(at));
  yield { kind: 'text', text: parts.join(''), at: from };
}

/** The character of `#10` or `#xa`; undefined: no such reference. */
function characterOf(name: string): string | undefined {
  const digits = /^#(?:x([0-9a-f]{1,8})|([0-9]{1,8}))$/i.exec(name);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
    ? String.fromCodePoint(code)
    : undefined;
}
