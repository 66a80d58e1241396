import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { type Kallsyms, readKallsyms } from '#engine/bytes/kallsyms';
import { type Banner, kernelSymbols, linuxBanner } from '#engine/bytes/linux';
import { facts, hex } from '#engine/bytes/parts';
import { wholeOf } from '#engine/bytes/source';

/** Kernels of Linux as they lie in memory, without any header: what most boot loaders unpack and start. */
export const linuxKernel: Format = {
  kind: 'format',
  id: 'linux-kernel',
  version: 1,
  doc: {
    name: 'Linux kernel without a header',
    says: 'States the version and gives the symbols that the kernel carries. Claims code and data as its own symbols place them.',
    sources: [
      'Linux v6.1, init/version.c: linux_banner',
      'Linux v2.6.36, v4.19, v6.1 and v6.12, scripts/kallsyms.c, kernel/kallsyms.c: table of symbols',
      'Linux v6.1, include/asm-generic/vmlinux.lds.h: _text, _etext, _edata; include/linux/export.h: exported symbols',
    ],
    limits: [
      'A kernel is recognised by its banner alone, in an artefact of 64 KiB to 64 MiB of which nothing else begins at the first byte.',
      'Code is claimed as payload because the kernel’s own symbols say so, not because it is understood; it is searched for other formats.',
      'Without a table of symbols, and where nothing shows at which address the kernel lies, only banner and symbols are claimed.',
      'Symbols of Linux 6.2 to 6.4 were not tried on a real kernel.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < SIZE_LEAST || source.size > SIZE_MOST) return null;
    const banner = linuxBanner(source, [0, source.size]);
    return banner === null ? null : readKernel(source, banner);
  },
};

const SIZE_LEAST = 64 * 1024;
const SIZE_MOST = 64 * 1024 * 1024;

function* readKernel(source: Source, banner: Banner): Generator<Reading> {
  yield { kind: 'extent', range: banner.range, role: 'metadata' };
  yield* facts({ banner: banner.text, version: banner.release });
  const table = readKallsyms(source);
  if (table === null) return;
  yield* kernelSymbols(table);
  const symbols = new Map<string, bigint>();
  for (const { name, address } of table.symbols()) if (WANTED.has(name)) symbols.set(name, address);
  const bytes = wholeOf(source, SIZE_MOST);
  const base = baseOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), table, symbols, banner);
  if (base === null) return;
  yield* facts({ address: hex(Number(base)) });
  const code = codeOf(symbols, base, source.size);
  if (code !== null) yield { kind: 'extent', range: code, role: 'payload', isSearched: true };
}

/** Symbols that begin and end what the file holds, in the order of preference. */
const STARTS = ['_text', '_stext', 'stext'];
const ENDS = ['__bss_start', '_edata', '_end', '_einittext', '_etext'];

/** Functions that every kernel exports. */
const EXPORTED = [
  'printk',
  '_printk',
  'kfree',
  'memcpy',
  'memset',
  'schedule',
  'strcmp',
  'strlen',
  'vfree',
  'panic',
  'register_chrdev',
];

const WANTED = new Set([...STARTS, ...ENDS, ...EXPORTED, 'linux_banner']);

/** The address at which the first byte lies. Null: nothing shows it. */
function baseOf(
  bytes: Buffer,
  table: Kallsyms,
  symbols: ReadonlyMap<string, bigint>,
  banner: Banner,
): bigint | null {
  const bannerAt = symbols.get('linux_banner');
  if (bannerAt !== undefined) return bannerAt - BigInt(banner.range[0]);
  return table.wordSize === 4 ? baseOfExports(bytes, table, symbols) : null;
}

/** Exported symbols that have to agree. */
const AGREEING = 3;

/** Occurrences of a word or a name that are looked at. */
const OCCURRENCES = 64;

/** The kernel keeps a table of what it exports: the address of a function, then that of its name. Where the name stands in
 *  the file tells which address the file begins at. */
function baseOfExports(
  bytes: Buffer,
  { isLittle }: Kallsyms,
  symbols: ReadonlyMap<string, bigint>,
): bigint | null {
  const votes = new Map<number, Set<string>>();
  for (const name of EXPORTED) {
    const address = symbols.get(name);
    if (address === undefined) continue;
    const word = Buffer.alloc(4);
    if (isLittle) word.writeUInt32LE(Number(address));
    else word.writeUInt32BE(Number(address));
    // a name may be the end of a longer one, with which it shares its bytes
    const names = [...occurrences(bytes, Buffer.from(`${name}\0`, 'latin1'))];
    for (const at of occurrences(bytes, word)) {
      if (at % 4 !== 0 || at + 8 > bytes.length) continue;
      const nameAddress = isLittle ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
      for (const nameAt of names) {
        const base = nameAddress - nameAt;
        if (base <= 0 || base % 4096 !== 0) continue;
        const agreeing = (votes.get(base) ?? new Set()).add(name);
        if (agreeing.size === AGREEING) return BigInt(base);
        votes.set(base, agreeing);
      }
    }
  }
  return null;
}

function* occurrences(bytes: Buffer, wanted: Buffer): Generator<number> {
  let left = OCCURRENCES;
  for (let at = bytes.indexOf(wanted); at !== -1 && left-- > 0; at = bytes.indexOf(wanted, at + 1)) yield at;
}

/** From the first byte of the kernel to the last one that the file holds. */
function codeOf(symbols: ReadonlyMap<string, bigint>, base: bigint, size: number): ByteRange | null {
  const first = STARTS.map((name) => symbols.get(name)).find((address) => address !== undefined);
  const last = ENDS.map((name) => symbols.get(name)).find((address) => address !== undefined);
  if (first === undefined || last === undefined) return null;
  const start = Number(first - base);
  const end = Math.min(size, Number(last - base));
  return start >= 0 && start < end ? [start, end] : null;
}
