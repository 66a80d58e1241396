import type { Sheet } from '#domain/elicited';
import { CELL_LIMIT, SheetBuilder } from '#engine/bytes/sheets';

/* HTML as documents are exported in: tags are passed over, never run; nothing is fetched. */

/** One thing in the text: a tag, or what stands between two. */
export interface MarkupPiece {
  /** `table`, `/td`, …; null: text. */
  readonly tag: string | null;
  /** Of a tag its attributes as written, of text its characters with references replaced. */
  readonly text: string;
}

/** Elements whose content is not shown. */
const UNSHOWN = /^(?:script|style|template|noscript)$/;

/** Pieces of HTML one after another; what is no tag is text. Work is linear. */
export function* markupPieces(text: string): Generator<MarkupPiece> {
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const end = open === -1 ? text.length : open;
    if (end > at) yield { tag: null, text: replaced(text.slice(at, end)) };
    if (open === -1) return;
    const isComment = text.startsWith('<!--', open);
    const name = /^\/?[a-z][a-z0-9]{0,20}/i.exec(text.slice(open + 1, open + 24))?.[0].toLowerCase() ?? null;
    if (name === null && text[open + 1] !== '!') {
      yield { tag: null, text: '<' };
      at = open + 1;
      continue;
    }
    let close = text.indexOf(isComment ? '-->' : '>', open);
    if (close === -1) return;
    if (isComment) close += 2;
    if (name !== null) yield { tag: name, text: text.slice(open + 1 + name.length, close) };
    if (name !== null && UNSHOWN.test(name)) {
      const ending = new RegExp(`</${name}[^>]{0,100}>`, 'gi');
      ending.lastIndex = close;
      if (ending.exec(text) === null) return;
      close = ending.lastIndex - 1;
    }
    at = close + 1;
  }
}

const REFERENCES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  rarr: '→',
};

function replaced(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi,
    (whole, decimal, hexadecimal, name) => {
      if (typeof name === 'string') {
        const key = name.toLowerCase();
        return Object.hasOwn(REFERENCES, key) ? (REFERENCES[key] ?? whole) : whole;
      }
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
        ? String.fromCodePoint(code)
        : whole;
    },
  );
}

/** True when the text calls itself HTML, or is full of its elements. */
export function isMarkup(text: string): boolean {
  return /<(?:!doctype html|html|body|table|ul|h[1-6]|p|li)[\s>]/i.test(text.slice(0, 65_536));
}

/** Most tables read of one document, and how deep tables may lie in tables. */
const TABLE_LIMIT = 500;
const DEPTH_LIMIT = 20;
/** Rows and columns one cell may reach over. */
const SPAN_LIMIT = 1000;
const REACH_LIMIT = 100;

/** Every table of an HTML document, each named after the heading before it. Cells that reach over rows or columns count for
 *  each of them. */
export function tablesInMarkup(text: string): readonly Sheet[] {
  const done: Sheet[] = [];
  const open: TableReader[] = [];
  let heading: string | null = null;
  let title: string | null = null;
  let unnamed = 0;
  for (const { tag, text: content } of markupPieces(text)) {
    const table = open.at(-1);
    if (tag === null) {
      if (title !== null) title = (title + content).slice(0, 200);
      else table?.text(content);
    } else if (/^(?:h[1-6]|caption)$/.test(tag)) title = '';
    else if (/^\/(?:h[1-6]|caption)$/.test(tag)) {
      heading = title?.trim().toWellFormed() || heading;
      title = null;
    } else if (tag === 'table') {
      if (open.length < DEPTH_LIMIT) open.push(new TableReader(heading ?? `table ${++unnamed}`));
    } else if (tag === '/table') {
      const closed = open.pop()?.build();
      if (closed !== undefined && done.length < TABLE_LIMIT) done.push(closed);
    } else table?.tag(tag, content);
  }
  return done;
}

class TableReader {
  private readonly sheet: SheetBuilder;
  private cells: string[] = [];
  private cell: string | null = null;
  private span = { rows: 1, columns: 1 };
  private row = 0;
  /** By column: text that reaches down into the next rows. */
  private readonly reaching = new Map<number, { readonly text: string; left: number }>();

  constructor(name: string) {
    this.sheet = new SheetBuilder({ name, unit: 'row' });
  }

  tag(tag: string, attributes: string): void {
    switch (tag) {
      case 'tr':
        this.endRow();
        this.row++;
        break;
      case 'td':
      case 'th':
        this.endCell();
        this.cell = '';
        this.span = {
          rows: spanIn(attributes, 'rowspan', SPAN_LIMIT),
          columns: spanIn(attributes, 'colspan', REACH_LIMIT),
        };
        break;
      case '/td':
      case '/th':
        this.endCell();
        break;
      case '/tr':
        this.endRow();
        break;
      case 'br':
      case 'p':
      case '/p':
      case 'li':
        if (this.cell !== null && this.cell.trim() !== '') this.cell += '\n';
        break;
    }
  }

  text(content: string): void {
    if (this.cell !== null) this.cell += content.replaceAll(/\s+/g, ' ');
  }

  build(): Sheet {
    this.endRow();
    return this.sheet.build();
  }

  private endCell(): void {
    if (this.cell === null) return;
    this.takeReaching();
    const text = this.cell.trim();
    for (let i = 0; i < this.span.columns && this.cells.length < CELL_LIMIT; i++) {
      if (this.span.rows > 1) this.reaching.set(this.cells.length, { text, left: this.span.rows - 1 });
      this.cells.push(text);
    }
    this.cell = null;
  }

  /** Puts in what reaches down from rows above, up to the next free column. */
  private takeReaching(): void {
    for (
      let above = this.reaching.get(this.cells.length);
      above !== undefined;
      above = this.reaching.get(this.cells.length)
    ) {
      if (--above.left <= 0) this.reaching.delete(this.cells.length);
      this.cells.push(above.text);
    }
  }

  private endRow(): void {
    this.endCell();
    if (this.cells.length > 0) {
      this.takeReaching();
      this.sheet.add(this.row, this.cells);
    }
    this.cells = [];
  }
}

function spanIn(attributes: string, name: string, most: number): number {
  const found = new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,5})`, 'i').exec(attributes.slice(0, 1000));
  return found === null ? 1 : Math.max(1, Math.min(most, Number(found[1])));
}
