import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { type BranchFilter, branchFilter, deltaFilter } from '#engine/bytes/branch-filters';
import { deflatePieces } from '#engine/bytes/deflate';
import { lzmaProperties } from '#engine/bytes/lzma';
import { lzma2Pieces, lzmaPieces } from '#engine/bytes/lzma-stream';
import { windowOf } from '#engine/bytes/source';
import { bzip2Content, storedPieces } from '#engine/bytes/stored-streams';
import type { Pieces } from '#engine/bytes/stream';
import { lzma2Dictionary, unfiltered } from '#engine/bytes/xz';
import type { Coder, Folder } from '#engine/decode/seven-zip/header';

/** Names of coders by number. Source: 7-Zip 23.01, DOC/Methods.txt */
const NAMES: Readonly<Record<string, string>> = {
  '00': 'copy',
  '03': 'delta',
  '04': 'BCJ x86',
  '05': 'BCJ PowerPC',
  '06': 'BCJ IA-64',
  '07': 'BCJ ARM',
  '08': 'BCJ ARM Thumb',
  '09': 'BCJ SPARC',
  '0a': 'BCJ ARM64',
  '0b': 'BCJ RISC-V',
  '21': 'LZMA2',
  '030101': 'LZMA',
  '03030103': 'BCJ x86',
  '0303011b': 'BCJ2',
  '03030205': 'BCJ PowerPC',
  '03030401': 'BCJ IA-64',
  '03030501': 'BCJ ARM',
  '03030701': 'BCJ ARM Thumb',
  '03030805': 'BCJ SPARC',
  '030401': 'PPMd',
  '040108': 'deflate',
  '040109': 'deflate64',
  '040202': 'bzip2',
  '04f71101': 'Zstandard',
  '06f10701': 'AES-256',
};

/** Numbers of branch filters in xz, by names. */
const FILTERS: Readonly<Record<string, number>> = {
  'BCJ x86': 0x04,
  'BCJ PowerPC': 0x05,
  'BCJ IA-64': 0x06,
  'BCJ ARM': 0x07,
  'BCJ ARM Thumb': 0x08,
  'BCJ SPARC': 0x09,
  'BCJ ARM64': 0x0a,
  'BCJ RISC-V': 0x0b,
};

/** The name of a coder, or its number. */
export function coderName({ id }: Coder): string {
  return NAMES[id] ?? `coder ${id}`;
}

/** True when a password is needed. */
export function isEncrypted({ coders }: Folder): boolean {
  return coders.some((coder) => coderName(coder) === 'AES-256');
}

/** What a folder gives, piece by piece.
 *  @returns the pieces; or the name of a coder that is not read, or of a plan that is not
 *  @throws Malformed when coders or their properties do not fit together */
export function folderPieces(source: Source, folder: Folder): Pieces | string {
  const { coders, bonds, packedInputs, packed, sizes } = folder;
  const odd = coders.find((coder) => !isRead(coder));
  if (odd !== undefined) return coderName(odd);
  const range = packed[0];
  let input = packedInputs[0];
  if (range === undefined || packed.length > 1) return 'several packed streams';
  // every coder has one input and one output: their numbers are the coder's
  let pieces: Pieces | null = null;
  for (let steps = 0; steps < coders.length; steps++) {
    const number: number | undefined = input;
    const coder: Coder | undefined = number === undefined ? undefined : coders[number];
    if (number === undefined || coder === undefined)
      throw new Malformed('coders that are not connected', range[0]);
    const size = sizes[number] ?? 0;
    if (pieces === null) pieces = firstPieces(source, range, coder, size);
    else {
      const filter = filterOf(coder);
      if (filter === null) return `${coderName(coder)} after another coder`;
      pieces = unfiltered(pieces, filter);
    }
    input = bonds.find((bond) => bond.output === number)?.input;
  }
  return pieces ?? 'no coder';
}

function isRead(coder: Coder): boolean {
  const name = coderName(coder);
  if (coder.inputs !== 1 || coder.outputs !== 1) return false;
  return ['copy', 'LZMA', 'LZMA2', 'deflate', 'bzip2', 'delta'].includes(name) || name in FILTERS;
}

/** The coder that reads packed bytes; a filter may stand there too. */
function firstPieces(source: Source, range: readonly [number, number], coder: Coder, size: number): Pieces {
  const window = windowOf(source, 0, range[1]);
  const [at] = range;
  switch (coderName(coder)) {
    case 'LZMA': {
      const properties = lzmaProperties(coder.properties[0] ?? 255);
      if (properties === null || coder.properties.length !== 5) throw new Malformed('no LZMA properties', at);
      const view = new DataView(coder.properties.buffer, coder.properties.byteOffset, 5);
      return ended(lzmaPieces(window, at, properties, view.getUint32(1, true), size));
    }
    case 'LZMA2':
      return lzma2Pieces(window, at, lzma2Dictionary(coder.properties, at));
    case 'deflate':
      return deflatePieces(window, at);
    case 'bzip2':
      return bzip2Content(window, at);
    case 'copy':
      return storedPieces(window, at);
    default: {
      const filter = filterOf(coder);
      if (filter === null) throw new Malformed(`${coderName(coder)} without content`, at);
      return unfiltered(storedPieces(window, at), filter);
    }
  }
}

function* ended(pieces: ReturnType<typeof lzmaPieces>): Pieces {
  return (yield* pieces).end;
}

function filterOf(coder: Coder): BranchFilter | null {
  const name = coderName(coder);
  if (name === 'delta') return deltaFilter((coder.properties[0] ?? 0) + 1);
  const { properties } = coder;
  const start =
    properties.length === 4
      ? new DataView(properties.buffer, properties.byteOffset, 4).getUint32(0, true)
      : 0;
  const id = FILTERS[name];
  return id === undefined ? null : branchFilter(id, start);
}
