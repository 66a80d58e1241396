import type { ByteRange } from '#domain/range';
import { type Line, linesIn, wordsIn } from '#engine/describe/start-up/lines';
import type { Reader } from '#engine/describe/start-up/reader';
import { runArguments } from '#engine/describe/start-up/script';
import { type Context, type Start, under } from '#engine/describe/start-up/starts';
import type { SystemFile } from '#engine/describe/start-up/tree';

/** Reads what inetd and xinetd start, once it is known whether start-up reaches them. */
export function readSuperServers(reader: Reader): void {
  readInetd(reader);
  readXinetd(reader);
}

const NOWHERE: Context = { by: 'inetd', user: null, chain: [], conditions: [], reached: false };

/** The way to a server that start-up starts, or to none. */
function wayTo(starts: readonly Start[]): Context {
  const best = starts.toSorted((a, b) => a.context.conditions.length - b.context.conditions.length)[0];
  return best === undefined ? NOWHERE : { ...best.context, user: null };
}

/** `telnet stream tcp nowait root /bin/telnetd telnetd -i`: service, socket, protocol, wait, user, program, arguments with
 *  the program's own name first where the vendor's inetd wants it. The service is kept as a condition.
 *  Source: inetd.conf(5) */
function readInetd(reader: Reader): void {
  const starts = reader.starts.reachedOf(['inetd', 'openbsd-inetd', 'inetutils-inetd', 'rlinetd']);
  const named = starts.flatMap((start) => start.arguments.filter((text) => text.startsWith('/')));
  for (const path of new Set(['etc/inetd.conf', ...named])) {
    const file = reader.system.file(path);
    const bytes = file === null ? null : reader.system.text(file);
    if (file === null || bytes === null) continue;
    for (const { text, range } of linesIn(bytes)) readInetdLine(reader, file, text, range, wayTo(starts));
  }
}

function readInetdLine(reader: Reader, file: SystemFile, text: string, range: ByteRange, way: Context): void {
  const [service = '', socket = '', protocol = '', , user = '', ...command] = wordsIn(text);
  if (!/^(?:stream|dgram|raw|rdm|seqpacket)$/.test(socket)) return;
  const [program = '', ...args] = command;
  if (program === '' || program === 'internal') return;
  const [server, ...rest] = program.endsWith('/tcpd') ? args : [program, ...args];
  const context = under(
    { ...way, by: 'inetd', user: user.split(/[.:/]/)[0] ?? null, chain: [...way.chain, file.path] },
    `connection to ${service}/${protocol}`,
  );
  runArguments(reader, [server ?? program, ...rest], { file, range, context });
}

/** Blocks `service NAME { key = value }`; `disable = yes` keeps one from being reached.
 *  Source: xinetd.conf(5) */
function readXinetd(reader: Reader): void {
  const way = wayTo(reader.starts.reachedOf(['xinetd']));
  const { system } = reader;
  const files = ['etc/xinetd.conf', ...system.names('etc/xinetd.d').map((name) => `etc/xinetd.d/${name}`)];
  for (const path of files) {
    const file = system.file(path);
    const bytes = file === null ? null : system.text(file);
    if (file === null || bytes === null) continue;
    for (const block of blocksOf(linesIn(bytes))) readBlock(reader, file, block, way);
  }
}

interface Block {
  readonly service: string;
  readonly values: ReadonlyMap<string, string>;
  /** The line that names the server. */
  readonly range: ByteRange | null;
}

function blocksOf(lines: readonly Line[]): readonly Block[] {
  const blocks: Block[] = [];
  let service: string | null = null;
  let values = new Map<string, string>();
  let range: ByteRange | null = null;
  for (const { text, range: own } of lines) {
    const head = /^service\s+(\S+)/.exec(text);
    if (head !== null) {
      service = head[1] ?? '';
      values = new Map();
      range = null;
    }
    const setting = /^(\w{1,32})\s*[-+]?=\s*(.*)$/.exec(text);
    if (setting !== null) {
      values.set(setting[1] ?? '', setting[2] ?? '');
      if (setting[1] === 'server') range = own;
    }
    if (text.endsWith('}') && service !== null) {
      blocks.push({ service, values, range });
      service = null;
    }
  }
  return blocks;
}

function readBlock(reader: Reader, file: SystemFile, { service, values, range }: Block, way: Context): void {
  const server = values.get('server');
  if (server === undefined || range === null) return;
  const port = values.get('port') ?? service;
  const context = under(
    {
      ...way,
      by: 'xinetd',
      user: values.get('user') ?? null,
      chain: [...way.chain, file.path],
      reached: way.reached && values.get('disable') !== 'yes',
    },
    `connection to ${port}/${values.get('protocol') ?? (values.get('socket_type') === 'dgram' ? 'udp' : 'tcp')}`,
  );
  const args = wordsIn(values.get('server_args') ?? '');
  runArguments(reader, [server, ...args], { file, range, context });
}
