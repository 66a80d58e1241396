import type { PortExpression } from '#domain/declaration';
import { hasUnseen, isNone } from '#engine/bytes/heads';
import { registeredTransport } from '#engine/elicit/matrix/protocols';

/** What a cell says of ports. */
export interface ReadPorts {
  readonly ports: PortExpression;
  /** Transports that stand beside the numbers: `443/tcp`, `HTTPS 443`. */
  readonly transports: readonly string[];
  /** Applications that stand beside them; null: none. */
  readonly application: string | null;
  /** What was read otherwise than written, or is meant with a condition; one sentence each. */
  readonly mended: readonly string[];
  /** Why it is unresolved; null: it is not. */
  readonly why: string | null;
}

const ANY = /^(?:any|all|\*|任意|任何|所有|全部|不限|不限制|any port|all ports|任意端口|所有端口)$/i;

const DYNAMIC = /dynamic|ephemeral|random|assigned|allocated|动态|随机|自动分配|系统分配/i;

const DEFAULT = /\bdefault\b|默认|缺省/i;
const CHOSEN =
  /configurable|user[- ]?(?:defined|specified|configured)|customi[sz]|用户指定|用户自定义|自定义|可配置|可指定/i;

/** Words around numbers that change nothing of them. */
const IDLE =
  /\b(?:ports?|port numbers?|no\.?|numbers?|range|from|between|listen(?:ing)?|by default|default|is|the|over|values?|configurable|user[- ]?(?:defined|specified|configured))\b|端口号|端口|范围|默认值|默认|缺省|用户指定|用户自定义|自定义|可配置|可指定|为|是|的|值|号|[:：=]/gi;

const TRANSPORT = /\b(tcp|udp|sctp)(?:v?[46])?\b/gi;

const HIGHEST = 65_535;

/** Longest text read as ports. */
const LIMIT = 500;
/** Ranges of one cell. */
const RANGES = 500;

/** Reads a cell of ports. Text that is not understood is never any port: an unread row must explain nothing. */
export function readPorts(cell: string): ReadPorts {
  const text = cell.normalize('NFKC').trim();
  const read = (ports: PortExpression): ReadPorts => ({
    ports,
    transports: [],
    application: null,
    mended: [],
    why: null,
  });
  if (text.length > LIMIT) return unresolved(cell, `is longer than ${LIMIT} characters`);
  if (hasUnseen(cell))
    return unresolved(cell, 'holds characters that are not seen, which can make a number look like another');
  if (isNone(text)) return read({ kind: 'none' });
  if (ANY.test(text.replace(/\s*[([{][^()[\]{}\d]{0,200}[)\]}]$/, ''))) return read({ kind: 'any' });
  if (DYNAMIC.test(text) && !/\d/.test(text)) return read({ kind: 'dynamic' });
  const trap = trapOf(text);
  return trap === null ? readNumbers(cell, text) : unresolved(cell, trap);
}

function unresolved(cell: string, why: string, transports: readonly string[] = []): ReadPorts {
  const text = cell.slice(0, LIMIT).toWellFormed();
  return { ports: { kind: 'unresolved', text }, transports, application: null, mended: [], why };
}

const MONTHS = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DATES = new RegExp(
  [
    `^\\d{1,2}[-/ .]+${MONTHS}(?:[-/ .,]+\\d{2,4})?$`,
    `^${MONTHS}[-/ .]+\\d{1,4}(?:[-/ .,]+\\d{2,4})?$`,
    '^\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}(?: \\d{1,2}:\\d{2}(?::\\d{2})?)?$',
    '^\\d{1,2}[-/]\\d{1,2}[-/](?:19|20)\\d{2}$',
    '^\\d{1,4}年?\\d{0,2}月(?:\\d{1,2}日)?$',
    '^\\d{1,2}月\\d{1,2}日$',
  ].join('|'),
  'i',
);

/** What spreadsheets make of ports, and what can be read in two ways; null: nothing of the kind. */
function trapOf(text: string): string | null {
  if (DATES.test(text))
    return 'is a date: spreadsheets make one of ports such as 3-22, and which ones is not said';
  if (/^\d{3,5}:\d{1,5}$/.test(text)) return 'is a range or two ports: which is not said';
  if (/^\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?$/i.test(text))
    return 'is a time of day, or two ports: which is not said';
  if (/^[\d.]+e[+-]?\d+$/i.test(text)) return 'is a number shown in powers of ten: digits may be lost';
  if (/^\d{1,2}[,.' ]\d{3}$/.test(text) && Number(text.replaceAll(/\D/g, '')) <= HIGHEST)
    return 'is one port with a mark for thousands, or two ports: which is not said';
  if (/^\d+\.\d*[1-9]\d*$/.test(text)) return 'is a number with a fraction: no port has one';
  if (/^[=@]|^\+[A-Z]/i.test(text)) return 'begins as a formula; nothing is computed';
  if (/^#(?:REF|N\/A|VALUE|NAME|DIV\/0|NULL|NUM)/i.test(text)) return 'is an error of the spreadsheet';
  return null;
}

/** Words that stand between a first and a last port, and between two expressions. */
const TO = /\s*(?:-|–|—|~|〜|\.\.\.?|…|至|到|\bto\b|\bthrough\b)\s*/gi;
const AND = /\s*(?:,|;|、|\/|\||\n|\+|&|\band\b|\bor\b|和|及|与|或)\s*/gi;

function readNumbers(cell: string, text: string): ReadPorts {
  const mended: string[] = [];
  const transports: string[] = [];
  let rest = text
    // what is said in brackets without a digit is a comment
    .replaceAll(/[([{][^()[\]{}\d]{0,200}[)\]}]/g, ' ')
    .replaceAll(TRANSPORT, (_, name: string) => {
      const transport = name.toLowerCase();
      if (!transports.includes(transport)) transports.push(transport);
      return ' ';
    });
  if (/[()[\]{}]/.test(rest)) rest = rest.replaceAll(/[()[\]{}]/g, ' ');
  const applications: string[] = [];
  rest = rest.replaceAll(/[a-z][a-z0-9+-]{1,12}(?![a-z0-9])/gi, (word) => {
    const transport = registeredTransport(word);
    if (transport === null) return word;
    applications.push(word.toLowerCase());
    if (!transports.includes(transport)) transports.push(transport);
    return ' ';
  });
  rest = rest
    .replaceAll(IDLE, ' ')
    .replaceAll(TO, '-')
    .replaceAll(AND, ',')
    .replaceAll(/([<>≥≤]=?)\s+/g, '$1')
    .trim();
  const ranges: (readonly [number, number])[] = [];
  for (const token of rest.split(/[,\s。]+|\.(?=\s|$)/)) {
    if (token === '') continue;
    const range = rangeOf(token);
    if (typeof range === 'string') return unresolved(cell, range, transports);
    if (ranges.length >= RANGES)
      return unresolved(cell, `names more than ${RANGES} ports or ranges`, transports);
    ranges.push(range);
  }
  if (ranges.length === 0) return unresolved(cell, text === '' ? 'is empty' : 'names no port', transports);
  if (/^\d+\.0+$/.test(text)) mended.push(`is written as the number ${text}`);
  if (DEFAULT.test(text)) mended.push('gives a default that can be changed; only the default is read');
  if (CHOSEN.test(text)) mended.push('is chosen by who installs it');
  if (DYNAMIC.test(text)) mended.push('is assigned when it runs, out of the numbers it names');
  const application = applications.length === 0 ? null : applications.join(', ');
  if (application !== null)
    mended.push(`names the application ${application}; it is read as ${transports.join(' and ')}`);
  return { ports: { kind: 'ranges', ranges: merged(ranges) }, transports, application, mended, why: null };
}

/** Both ends of a port or range, or why it is none. */
function rangeOf(token: string): readonly [number, number] | string {
  const bound = /^(>=|<=|>|<|≥|≤)\s*(\d{1,9})$/.exec(token);
  const single = /^(\d{1,9})(?:\.0+)?$/.exec(token);
  const pair = /^(\d{1,9})-(\d{1,9})$/.exec(token);
  if (bound !== null) {
    const port = Number(bound[2]);
    if (port > HIGHEST) return `names ${port}, and the highest port is ${HIGHEST}`;
    const sign = bound[1] ?? '';
    if (sign === '>') return [Math.min(port + 1, HIGHEST), HIGHEST];
    if (sign === '>=' || sign === '≥') return [port, HIGHEST];
    return [0, sign === '<' ? Math.max(0, port - 1) : port];
  }
  const [from, to] =
    pair === null
      ? [Number(single?.[1] ?? -1), Number(single?.[1] ?? -1)]
      : [Number(pair[1]), Number(pair[2])];
  if (from < 0) return `says "${token.slice(0, 60).toWellFormed()}", which is no port`;
  if (from > HIGHEST || to > HIGHEST)
    return `names ${Math.max(from, to)}, and the highest port is ${HIGHEST}`;
  return from > to ? `names a range that ends before it begins (${token})` : [from, to];
}

/** Ranges in order, those that touch as one. */
function merged(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const out: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
