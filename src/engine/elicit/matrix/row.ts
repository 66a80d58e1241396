import type { MatrixRow, Plane, PortExpression } from '#domain/declaration';
import type { RemarkKind } from '#domain/elicited';
import { hasUnseen, isNone } from '#engine/bytes/heads';
import { quoted } from '#engine/bytes/remarks';
import type { Column, Columns } from '#engine/elicit/matrix/columns';
import type { GridRow } from '#engine/elicit/matrix/grid';
import { readPorts, type ReadPorts } from '#engine/elicit/matrix/ports';
import { hasPorts, readProtocol } from '#engine/elicit/matrix/protocols';

/** Says something of a cell of the row, or of the row itself where the column is null. */
export type SayOf = (kind: RemarkKind, column: Column | null, text: string) => void;

/** What one row gives: a flow for each protocol it names. */
export interface ReadRow {
  readonly flows: readonly MatrixRow[];
  /** False: none of them can be compared with anything. */
  readonly isUsable: boolean;
}

/** Reads a row under its head. */
export function readRow(given: GridRow, columns: Columns, width: number, say: SayOf): ReadRow {
  const defects: string[] = [];
  const sayBoth: SayOf = (kind, column, text) => {
    say(kind, column, text);
    defects.push(column === null ? text : `${LABELS[column]}: ${lowerFirst(text)}`);
  };
  if (given.isHidden) sayBoth('noted', null, 'The row is hidden; it is read all the same.');
  const cells = swapped(aligned(given.cells, columns, width, sayBoth), columns, sayBoth);
  for (const [column, position] of columns) {
    if (hasUnseen(cells[position] ?? ''))
      sayBoth(
        'noted',
        column,
        'Holds characters that are not seen, or that change the order of what is seen.',
      );
  }
  const row = new RowReader(given.at, cells, columns, sayBoth, defects);
  return row.read();
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

const LABELS: Readonly<Record<Column, string>> = {
  number: 'number',
  component: 'component',
  fromDevice: 'source device',
  fromAddress: 'source address',
  fromPort: 'source port',
  toDevice: 'destination device',
  toAddress: 'destination address',
  toPort: 'destination port',
  transport: 'protocol',
  application: 'application',
  purpose: 'purpose',
  changeable: 'configurable',
  authentication: 'authentication',
  encryption: 'encryption',
  plane: 'plane',
  direction: 'direction',
  defaultState: 'default state',
  version: 'version',
  scenario: 'scenario',
  remark: 'remark',
};

// --- rows that do not stand under their head

/** Cells that were typed: if these fit their heads, the row stands where it should. */
function fits(cells: readonly string[], columns: Columns): boolean {
  const of = (column: Column): string | null => {
    const position = columns.get(column);
    return position === undefined ? null : (cells[position] ?? '');
  };
  const protocol = of('transport');
  const read = protocol === null ? null : readProtocol(protocol);
  if (read !== null && read.transports.length === 0) return false;
  const target = of('toPort') ?? '';
  const isPortless = read !== null && !read.transports.some(hasPorts);
  const source = of('fromPort') ?? '';
  return (
    (readPorts(target).why === null || (target === '' && isPortless)) &&
    (source === '' || readPorts(source).why === null) &&
    [of('fromAddress'), of('toAddress')].every(
      (text) => text === null || readPorts(text).ports.kind !== 'ranges',
    )
  );
}

/** The typed cells, to tell whether two ways to move a row come to the same. */
function typedOf(cells: readonly string[], columns: Columns): string {
  const typed: readonly Column[] = ['toPort', 'transport', 'fromPort'];
  return JSON.stringify(typed.map((column) => cells[columns.get(column) ?? -1] ?? null));
}

/** Cells that a row can be moved by. */
const MOVED = 4;

/** A row that lacks a cell slides to the left, one with a cell too many to the right. It is moved back where there is one
 *  way alone to make its ports and protocol fit; else it stays as it stands. */
function aligned(given: readonly string[], columns: Columns, width: number, say: SayOf): readonly string[] {
  // the rule of a Markdown table, written again in place of a value
  const cells = given.map((text) => (/^:?-{2,}:?$/.test(text) ? '' : text));
  if (fits(cells, columns)) return cells;
  const moved = movedRows(cells, width).filter((candidate) => fits(candidate, columns));
  const ways = new Set(moved.map((candidate) => typedOf(candidate, columns)));
  // what does not fit under its head is said of its cells
  const [best] = moved.toSorted((a, b) => likeness(b, columns) - likeness(a, columns));
  if (best === undefined) return cells;
  const counted = `Has ${cells.filter((text) => text !== '').length} filled cells under a head of ${width}`;
  if (ways.size > 1) {
    say('noted', null, `${counted} and does not stand under it; more than one way to move it fits.`);
    return cells;
  }
  say(
    'mended',
    null,
    `${counted} and does not stand under it; it is moved, the one way in which port and protocol fit.`,
  );
  return best;
}

/** Every way to put cells in that are missing, or to join cells that were divided. Where the row is as long as its head,
 *  empty cells behind make room. */
function movedRows(cells: readonly string[], width: number): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  const missing = width - cells.length;
  if (missing < 0) {
    if (missing < -MOVED) return [];
    return Array.from({ length: width }, (_, at) => [
      ...cells.slice(0, at),
      cells.slice(at, at - missing + 1).join(', '),
      ...cells.slice(at - missing + 1),
    ]);
  }
  for (let added = 1; added <= Math.min(MOVED, missing + MOVED); added++) {
    for (let at = 0; at < cells.length; at++) {
      const put = [...cells.slice(0, at), ...Array.from({ length: added }, () => ''), ...cells.slice(at)];
      const room = withoutLastEmpty(put, Math.max(0, put.length - width), at + added);
      if (room !== null) rows.push(room);
    }
  }
  return rows;
}

/** Without so many empty cells, the last ones first; null: there are not as many behind a place. */
function withoutLastEmpty(cells: readonly string[], count: number, from: number): readonly string[] | null {
  const out = [...cells];
  let left = count;
  for (let at = out.length - 1; left > 0 && at >= from; at--) {
    if (out[at] !== '') continue;
    out.splice(at, 1);
    left--;
  }
  return left === 0 ? out : null;
}

/** How many of the other cells look like what their head says. */
function likeness(cells: readonly string[], columns: Columns): number {
  const of = (column: Column) => cells[columns.get(column) ?? -1] ?? '';
  const addresses = [of('fromAddress'), of('toAddress')].filter((text) => text === '' || isAddress(text));
  return addresses.length + (/^\d+$/.test(of('number')) ? 1 : 0);
}

const ADDRESS =
  /^\s*(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}:[0-9a-f:]*:[0-9a-f:.]*)(?:\/\d{1,3})?(?:\s|[,;、]|$)/i;

/** Port and address under each other's heads are put right. */
function swapped(cells: readonly string[], columns: Columns, say: SayOf): readonly string[] {
  const out = [...cells];
  const pairs: readonly (readonly [Column, Column])[] = [
    ['toPort', 'toAddress'],
    ['fromPort', 'fromAddress'],
  ];
  for (const [portColumn, addressColumn] of pairs) {
    const port = columns.get(portColumn);
    const address = columns.get(addressColumn);
    if (port === undefined || address === undefined) continue;
    const portText = out[port] ?? '';
    const addressText = out[address] ?? '';
    const isSwapped = speaksOfAddress(portText) && readPorts(addressText).ports.kind === 'ranges';
    if (!isSwapped) continue;
    out[port] = addressText;
    out[address] = portText;
    say(
      'mended',
      portColumn,
      `Holds the address ${quoted(portText)} and the column of addresses the port ${quoted(addressText)}; they are exchanged.`,
    );
  }
  return out;
}

function isAddress(text: string): boolean {
  return ADDRESS.test(text.normalize('NFKC'));
}

/** An address, or words about one: "the host's IP address". */
function speaksOfAddress(text: string): boolean {
  return isAddress(text) || (!/\d/.test(text) && /\bip\b|\baddress|ip地址|地址|IP$/i.test(text));
}

// --- the row itself

/** One port cell with one protocol cell; a cell with several lines gives several. */
interface Line {
  readonly ports: string;
  readonly protocol: string;
  /** True: which ports belong to which protocol is not said. */
  readonly isTorn: boolean;
}

class RowReader {
  private readonly at: string;
  private readonly cells: readonly string[];
  private readonly columns: Columns;
  private readonly say: SayOf;
  private readonly defects: string[];

  constructor(at: string, cells: readonly string[], columns: Columns, say: SayOf, defects: string[]) {
    this.at = at;
    this.cells = cells;
    this.columns = columns;
    this.say = say;
    this.defects = defects;
  }

  read(): ReadRow {
    const lines = this.lines();
    const read = lines.flatMap((line) => this.flowsOf(line));
    return { flows: read.map(({ flow }) => flow), isUsable: read.some(({ isUsable }) => isUsable) };
  }

  private raw(column: Column): string {
    return this.cells[this.columns.get(column) ?? -1] ?? '';
  }

  /** Text of a cell; null: empty, or a word for none. */
  private text(column: Column): string | null {
    const text = this.raw(column).trim();
    return text === '' || isNone(text) ? null : text;
  }

  /** Lines of port and protocol belong together where both cells have as many. */
  private lines(): readonly Line[] {
    const ports = linesIn(this.raw('toPort'));
    const protocols = linesIn(this.raw('transport'));
    const whole = { ports: this.raw('toPort'), protocol: this.raw('transport') };
    if (ports.length < 2 || protocols.length < 2) return [{ ...whole, isTorn: false }];
    if (ports.length === protocols.length) {
      this.say(
        'mended',
        'toPort',
        `Has ${ports.length} lines, as the protocol has; they are read line by line.`,
      );
      return ports.map((port, i) => ({ ports: port, protocol: protocols[i] ?? '', isTorn: false }));
    }
    this.say(
      'unusable',
      'toPort',
      `Has ${ports.length} lines and the protocol ${protocols.length}; which belongs to which is not said.`,
    );
    return [{ ...whole, isTorn: true }];
  }

  private flowsOf({
    ports: portText,
    protocol: protocolText,
    isTorn,
  }: Line): readonly { readonly flow: MatrixRow; readonly isUsable: boolean }[] {
    const protocol = readProtocol(protocolText);
    const target = isTorn ? tornPorts(portText) : this.ports('toPort', portText);
    for (const said of protocol.mended) this.say('mended', 'transport', `${upperFirst(said)}.`);
    if (protocol.unknown.length > 0) {
      const kind = protocol.transports.length === 0 && target.transports.length === 0 ? 'unusable' : 'noted';
      this.say(
        kind,
        'transport',
        `Says ${quoted(protocolText)}: ${protocol.unknown.slice(0, 5).join(', ').slice(0, 60).toWellFormed()} is no protocol that is known here.`,
      );
    }
    const transports = this.transportsOf(protocol.transports, target.transports);
    const source = this.raw('fromPort') === '' ? anyPort : this.ports('fromPort', this.raw('fromPort')).ports;
    return (transports.length === 0 ? [null] : transports).map((transport) => {
      const to = this.targetOf(transport, target, portText);
      const flow = this.flow(transport, source, to, protocol.application ?? target.application);
      return { flow, isUsable: transport !== null && isComparable(transport, to) };
    });
  }

  /** What both cells name; where they contradict each other, nothing. */
  private transportsOf(stated: readonly string[], beside: readonly string[]): readonly string[] {
    if (beside.length === 0 || stated.length === 0 || stated.includes('any'))
      return beside.length > 0 ? beside : stated;
    const both = stated.filter((transport) => beside.includes(transport));
    if (both.length === 0)
      this.say('unusable', 'transport', `Says ${stated.join(', ')} and the port says ${beside.join(', ')}.`);
    return both;
  }

  private ports(column: 'toPort' | 'fromPort', text: string): ReadPorts {
    const read = readPorts(text);
    // a port that is left empty is judged with the protocol; a source port explains nothing by itself
    if (read.why !== null && text.trim() !== '')
      this.say(column === 'toPort' ? 'unusable' : 'noted', column, `Says ${quoted(text)}: it ${read.why}.`);
    for (const said of read.mended)
      this.say(
        /^(?:is written|names the application)/.test(said) ? 'mended' : 'noted',
        column,
        `Says ${quoted(text)}: it ${said}.`,
      );
    return read;
  }

  private targetOf(transport: string | null, { ports, why }: ReadPorts, text: string): PortExpression {
    if (transport !== null && !hasPorts(transport)) {
      if (ports.kind === 'ranges')
        this.say('noted', 'toPort', `Names a port, and ${transport} has none; it is read as none.`);
      return { kind: 'none' };
    }
    if (why !== null && text.trim() === '')
      this.say('unusable', 'toPort', `Is empty, and ${transport ?? 'the flow'} needs a port.`);
    if (ports.kind === 'none')
      this.say('unusable', 'toPort', `Says that there is no port, and ${transport ?? 'the flow'} needs one.`);
    return ports;
  }

  private flow(
    transport: string | null,
    source: PortExpression,
    target: PortExpression,
    named: string | null,
  ): MatrixRow {
    if (transport === null && !this.columns.has('transport'))
      this.say('unusable', null, 'No column names the protocol, and the port does not either.');
    else if (transport === null && this.raw('transport').trim() === '')
      this.say('unusable', 'transport', 'Is empty.');
    const from = { device: this.text('fromDevice'), address: this.text('fromAddress'), port: source };
    const to = { device: this.text('toDevice'), address: this.text('toAddress'), port: target };
    const isBlanket = isWide(target) && !isLimited(from.address) && !isLimited(to.address);
    if (isBlanket)
      this.say('noted', null, 'Allows all ports, or most, from anyone to anyone; it explains nothing.');
    return {
      at: this.at,
      component: this.text('component'),
      from,
      to,
      transport,
      application: this.text('application') ?? named,
      purpose: this.purpose(),
      authentication: this.text('authentication'),
      encryption: this.text('encryption'),
      plane: planeOf(this.text('plane')),
      direction: this.direction(),
      defaultState: stateOf(this.text('defaultState')),
      blanket: isBlanket,
      defects: [...new Set(this.defects)],
    };
  }

  private purpose(): string | null {
    const parts = [this.text('purpose'), this.text('remark'), this.text('scenario')].filter(
      (text) => text !== null,
    );
    return parts.length === 0 ? null : parts.join('; ').slice(0, 4000).toWellFormed();
  }

  private direction(): MatrixRow['direction'] {
    const stated = this.text('direction');
    const read = directionOf(stated);
    if (stated !== null && read === null)
      this.say('noted', 'direction', `Says ${quoted(stated)}, which is no direction.`);
    if (read !== null) return read;
    const remark = `${this.text('remark') ?? ''} ${this.text('purpose') ?? ''}`;
    if (!/双向|bi-?directional|both directions|two-way|bidir/i.test(remark)) return null;
    this.say(
      'mended',
      'remark',
      'Says that the flow goes both ways, and no column of directions does; it is read so.',
    );
    return 'both';
  }
}

/** Ports that stand beside protocols without saying which has which. */
function tornPorts(text: string): ReadPorts {
  return {
    ports: { kind: 'unresolved', text },
    transports: [],
    application: null,
    mended: [],
    why: 'is torn',
  };
}

const anyPort: PortExpression = { kind: 'any' };

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function linesIn(cell: string): readonly string[] {
  return cell
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isComparable(transport: string, ports: PortExpression): boolean {
  return ports.kind !== 'unresolved' && (ports.kind !== 'none' || !hasPorts(transport));
}

/** Half of all ports. */
const WIDE = 32_768;

function isWide(ports: PortExpression): boolean {
  if (ports.kind === 'any') return true;
  return ports.kind === 'ranges' && ports.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0) >= WIDE;
}

/** True when a text names an address or a network, and not all of them. */
function isLimited(address: string | null): boolean {
  const found =
    (address ?? '').match(/\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?|[0-9a-f]{1,4}:[0-9a-f:]+/gi) ?? [];
  return found.length > 0 && !found.some((one) => /^0\.0\.0\.0|\/0$/.test(one));
}

const PLANES: readonly (readonly [Plane, RegExp])[] = [
  ['oam', /\bo ?& ?m\b|\boam\b|mediation|维护/i],
  ['management', /manag|\bmgmt\b|\bmp\b|client|管理/i],
  ['control', /control|signal|\bcp\b|控制|信令/i],
  ['user', /user|data|bearer|traffic|\bup\b|业务|用户|数据/i],
  ['service', /service|服务/i],
  ['sync', /sync|clock|timing|同步|时钟/i],
  ['internal', /internal|inter-?node|内部/i],
  ['debug', /debug|test|调试/i],
];

function planeOf(text: string | null): Plane | null {
  if (text === null) return null;
  return PLANES.find(([, words]) => words.test(text))?.[0] ?? 'unknown';
}

function directionOf(text: string | null): MatrixRow['direction'] {
  if (text === null) return null;
  const plain = text.normalize('NFKC').trim().toLowerCase();
  if (/^(?:both|bi-?directional|bidir|two-way|in ?[/&,] ?out|inout|<-+>|<=>|↔|⇔|双向|是|yes|y)$/.test(plain))
    return 'both';
  if (/^(?:in|inbound|ingress|incoming|<-+|←|入|入向|入方向|接收|单向入)$/.test(plain)) return 'in';
  return /^(?:out|outbound|egress|outgoing|-+>|→|出|出向|出方向|发送|单向出)$/.test(plain) ? 'out' : null;
}

function stateOf(text: string | null): MatrixRow['defaultState'] {
  if (text === null) return null;
  const plain = text.normalize('NFKC').trim().toLowerCase();
  if (/^(?:open(?:ed)?|enabled?|on|yes|y|listening|开启|打开|开放|是)$/.test(plain)) return 'open';
  if (/^(?:closed?|disabled?|off|no|n|关闭|否)$/.test(plain)) return 'closed';
  return /on[- ]demand|as needed|when (?:used|configured)|按需/.test(plain) ? 'on-demand' : null;
}
