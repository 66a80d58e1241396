import { Malformed, Spent } from '#domain/error';
import type { DisguiseObservation } from '#domain/observed-concealment';
import type { Place } from '#domain/place';
import type { EntryObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { moduleInfoOf, readElf } from '#engine/bytes/elf';
import { windowOf } from '#engine/bytes/source';
import { latin1, plainPath } from '#engine/bytes/text';
import { endOfContent } from '#engine/describe/file-disguises/ends';
import { nameOddity } from '#engine/describe/file-disguises/names';

/** Fewer bytes behind the end are padding. */
const BEHIND = 16;
const MODULE_LIMIT = 16 * 1024 * 1024;

/** Files that are not what their name says, hold more than they show, or lie where nobody looks. */
export const fileDisguises: EntryObserver = {
  kind: 'observer',
  id: 'file-disguises',
  version: 1,
  doc: {
    name: 'Files in disguise',
    says: 'Gives files whose beginning disagrees with the ending of their name (a program called .jpg, a script called .so), pictures and programs with bytes behind their end, names that lists hide or that look like others (a dot in a system folder, blanks at the end, characters without a shape, letters of two alphabets), and modules of the kernel whose file is named otherwise.',
    sources: [
      'gABI 4.1 chapter 4; PNG (ISO/IEC 15948), 11.2.5; JPEG (ITU-T T.81), B.1',
      'Linux: include/linux/module.h, modinfo; Unicode Technical Standard 39, Security Mechanisms',
    ],
    limits: [
      'A file without an ending, and one with an ending that says nothing (.bin, .dat), disagrees with nothing.',
      'Times of files are not compared: containers often set them all alike.',
      'Bytes hidden inside a picture’s own data are not looked for.',
      'Letters are compared by alphabet alone: two Latin letters of one shape are not told apart.',
    ],
  },
  reads: 'entry',
  wants: (entry) => isWanted(entry),
  observe(entry, source, place) {
    const path = plainPath(entry.path);
    return [
      ...typeOf(path, source, place),
      ...sizeOf(entry, source, place),
      ...nameOf(path, entry, source, place),
      ...moduleOf(path, source, place),
    ];
  },
};

type PlaceOf = (range: ByteRange | null) => Place;

function isWanted({ path, type, content, format }: TreeEntry): boolean {
  if (type !== 'file' || content === null || content.size < 4) return false;
  return (
    endingOf(path) !== null ||
    format === 'elf' ||
    format === 'png' ||
    format === 'jpeg' ||
    nameOddity(plainPath(path)) !== null
  );
}

// --- type

/** What an ending promises: nothing that runs. `any`: a script may stand there too. */
const ENDINGS: readonly (readonly [endings: RegExp, kind: 'media' | 'text' | 'binary'])[] = [
  [/\.(?:jpe?g|png|gif|bmp|ico|webp|tiff?|ttf|otf|woff2?|eot|wav|mp3|ogg|mp4|avi|pdf|mo)$/i, 'media'],
  [/\.(?:txt|md|html?|css|svg|xml|json|conf|cfg|ini|csv|log|crt|pem|cer|list|rules)$/i, 'text'],
  [/\.(?:so|ko)(?:\.[\d.]+)?$/, 'binary'],
];

function endingOf(path: string): 'media' | 'text' | 'binary' | null {
  return ENDINGS.find(([endings]) => endings.test(path))?.[1] ?? null;
}

function typeOf(path: string, source: Source, place: PlaceOf): readonly DisguiseObservation[] {
  const promised = endingOf(path);
  if (promised === null) return [];
  const is = runnable(source);
  if (is === null || (promised === 'binary' && is !== 'script') || (promised === 'text' && is === 'script'))
    return [];
  const seems = /\.(\w{1,12})(?:\.[\d.]+)?$/.exec(path)?.[1]?.toLowerCase() ?? promised;
  return [
    { kind: 'disguise', place: place([0, Math.min(source.size, 64)]), form: 'type-disagrees', seems, is },
  ];
}

/** What a system would run by its first bytes; null: nothing. */
function runnable(source: Source): string | null {
  const head = latin1(source.bytes(0, Math.min(64, source.size)));
  if (head.startsWith('\x7fELF')) return 'elf';
  if (/^#!\s?\/[\w/.-]{2,40}/.test(head)) return 'script';
  if (/^MZ[\s\S]{58}[\0-\xff]{4}$/.test(head) && source.size > 1024) return 'pe';
  return head.startsWith('\xcf\xfa\xed\xfe') || head.startsWith('\xce\xfa\xed\xfe') ? 'mach-o' : null;
}

// --- size

function sizeOf({ format }: TreeEntry, source: Source, place: PlaceOf): readonly DisguiseObservation[] {
  if (format !== 'elf' && format !== 'png' && format !== 'jpeg') return [];
  const end = leniently(() => endOfContent(source, format));
  if (end === null || source.size - end < BEHIND || isFiller(source, end)) return [];
  const behind = latin1(source.bytes(end, Math.min(source.size, end + 40)));
  // kernels sign modules behind their end
  const last = latin1(source.bytes(Math.max(end, source.size - 28), source.size));
  if (last.startsWith('~Module signature appended~')) return [];
  return [
    {
      kind: 'disguise',
      place: place([end, source.size]),
      form: 'size-disagrees',
      seems: `${format} of ${end} bytes`,
      is: `${source.size - end} more bytes${kindOf(behind)}`,
    },
  ];
}

function kindOf(head: string): string {
  if (head.startsWith('\x7fELF')) return ', a program';
  if (head.startsWith('#!')) return ', a script';
  if (head.startsWith('PK\x03\x04')) return ', an archive';
  if (head.startsWith('\x1f\x8b') || head.startsWith('BZh') || head.startsWith('\xfd7zXZ'))
    return ', compressed';
  return /^[\s\x20-\x7e]{16,}/.test(head) ? ', text' : '';
}

/** One byte again and again, in what is looked at. */
function isFiller(source: Source, from: number): boolean {
  const bytes = source.bytes(from, Math.min(source.size, from + 64 * 1024));
  return bytes.every((byte) => byte === bytes[0]);
}

// --- name

function nameOf(
  path: string,
  entry: TreeEntry,
  source: Source,
  place: PlaceOf,
): readonly DisguiseObservation[] {
  const oddity = nameOddity(path);
  if (oddity === null) return [];
  const mode = entry.mode ?? 0;
  const is = runnable(source) ?? ((mode & 0o111) !== 0 ? 'executable file' : 'file');
  return [{ kind: 'disguise', place: place(null), form: oddity.form, seems: oddity.seems, is }];
}

// --- modules

function moduleOf(path: string, source: Source, place: PlaceOf): readonly DisguiseObservation[] {
  const file = /([^/]+)\.ko$/.exec(path)?.[1];
  if (file === undefined || source.size > MODULE_LIMIT) return [];
  const name = leniently(() => moduleNameOf(source));
  if (name === null || name === '' || same(name, file)) return [];
  return [
    { kind: 'disguise', place: place(null), form: 'look-alike-name', seems: path, is: `module ${name}` },
  ];
}

function same(name: string, file: string): boolean {
  const plain = (text: string) => text.replaceAll('-', '_').toLowerCase();
  return plain(name) === plain(file);
}

/** Name that the module states: in modinfo, or in the structure that the kernel links in.
 *  Source: Linux include/linux/module.h, struct module: state, list of two pointers, name */
function moduleNameOf(source: Source): string | null {
  const elf = readElf(source);
  if (elf === null) return null;
  const stated = moduleInfoOf(source, elf).find(([name]) => name === 'name')?.[1];
  if (stated !== undefined) return stated;
  const section = elf.sections.find(({ name }) => name === '.gnu.linkonce.this_module');
  if (section === undefined || section.range === null) return null;
  const at = elf.bits === 32 ? 12 : 24;
  const [start, end] = section.range;
  if (end - start < at + 56) return null;
  const text = latin1(windowOf(source, start, end).bytes(at, at + 56));
  return /^([\w.-]{2,55})\0/.exec(text)?.[1] ?? null;
}

/** Null where the bytes are not what their headers promise: another observer's matter. */
function leniently<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed || error instanceof Spent) return null;
    throw error;
  }
}
