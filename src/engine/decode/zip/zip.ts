import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Archive } from '#engine/decode/zip/archive';
import { findEnding } from '#engine/decode/zip/end-record';
import { isPlausible, LOCAL, markAt, readLocal } from '#engine/decode/zip/headers';

/** Archives of PKZIP and Info-ZIP, also as Java and Android packages and office documents. */
export const zip: Format = {
  kind: 'format',
  id: 'zip',
  version: 1,
  doc: {
    name: 'ZIP archive (zip64, jar, apk)',
    says: 'Gives the members that the central directory lists, and those it does not list but that stand in between. What local headers, directory and content say differently of a member is a fact.',
    sources: [
      'PKWARE, APPNOTE.TXT: .ZIP File Format Specification, version 6.3.10 (2022), §4 and §5.8',
      'Info-ZIP, proginfo/extrafld.txt: mappings of extra fields',
      'Android Open Source Project, APK Signature Scheme v2: APK Signing Block',
    ],
    limits: [
      'Stored, deflate, bzip2, LZMA, xz and Zstandard are opened; older and rare methods are named and stay closed.',
      'Encrypted members are listed and stay closed; no password is tried.',
      'A directory that is itself encrypted or compressed is not read: members are given by their local headers.',
      'Of an archive in several volumes each volume is read alone.',
      'Where local header and directory differ, the content is what the directory says.',
      'Times without a zone are taken as UTC.',
      'Inside other bytes, a streamed member of more than 16 MiB may hide the directory behind it.',
      'What is odd is told of at most 100 members by name.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0x50, 0x4b, 0x03, 0x04), at: 0 },
    { bytes: Uint8Array.of(0x50, 0x4b, 0x05, 0x06), at: 0 },
    // marks of an archive that was to be split, or was not after all
    { bytes: Uint8Array.of(0x50, 0x4b, 0x07, 0x08, 0x50, 0x4b, 0x03, 0x04), at: 0 },
    { bytes: Uint8Array.of(0x50, 0x4b, 0x30, 0x30, 0x50, 0x4b, 0x03, 0x04), at: 0 },
  ],
  open(source, whole) {
    const first = markAt(source, 0) === LOCAL ? 0 : 4;
    const local = readLocal(source, first);
    if (local === null) return whole ? readEmpty(source) : null;
    const archive = new Archive(source);
    const ending = findEnding(source, whole, first);
    if (ending !== null) return marked(first, archive.byDirectory(ending, first));
    return whole || isPlausible(local) ? marked(first, archive.byMembers(first, whole)) : null;
  },
};

/** An archive without members is an end record alone. */
function readEmpty(source: Source): Iterable<Reading> | null {
  const ending = findEnding(source, true, 0);
  return ending === null ? null : new Archive(source).byDirectory(ending, 0);
}

function* marked(first: number, readings: Iterable<Reading>): Generator<Reading> {
  if (first > 0) yield { kind: 'extent', range: [0, first], role: 'header' };
  yield* readings;
}
