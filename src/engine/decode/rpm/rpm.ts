import { createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { facts, fileHead, filePart } from '#engine/bytes/parts';
import { fold, isZero } from '#engine/bytes/pieces';
import { SHELLS } from '#engine/bytes/shell-launch';
import { type Header, isHeader, readHeader } from '#engine/decode/rpm/header';

/** Packages of RPM, versions 3 and 4 of the format. */
export const rpm: Format = {
  kind: 'format',
  id: 'rpm',
  version: 1,
  doc: {
    name: 'RPM package',
    says: 'Gives the payload as stored and every script that runs at installation or removal, states what the headers say of the package and the digests of its files, and checks the digests of header and payload.',
    sources: [
      'RPM Package File Format and Header Format, rpm 4.18, docs/manual/format.md and hregions.md',
      'Linux Standard Base Core Specification 5.0, chapter 22: Package File Format',
      'rpm 4.18, include/rpm/rpmtag.h: numbers of tags',
    ],
    limits: [
      'Signatures are named, not verified.',
      'The payload is given as one file; its format is opened inside. Digests of files are stated, not compared with what the payload holds, and for at most 1000 files.',
      'Where the package stands inside other bytes and states no size, the payload is not given; its bytes are searched.',
      'A payload that is cut short is not given; its bytes are searched for what they hold.',
      'What a trigger waits for is not given.',
      'Packages of before 1998, whose lead names another kind of signature than a header, are not recognised.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0xed, 0xab, 0xee, 0xdb), at: 0 }],
  open(source, whole) {
    if (!isHeader(source, LEAD)) return null;
    const [major = 0, , , type = 0] = source.bytes(4, 8);
    const signatureKind = source.bytes(79, 80)[0];
    if (major < 3 || type > 1 || signatureKind !== HEADER_SIGNATURE) return null;
    return readPackage(source, type === 1, whole);
  },
};

/** Bytes of the lead. */
const LEAD = 96;

/** Kind of signature in the lead: a header structure. */
const HEADER_SIGNATURE = 5;

/** Tags of the signature header. */
const SIGNATURE = {
  dsa: 267,
  rsa: 268,
  sha1: 269,
  longSize: 270,
  sha256: 273,
  openpgp: 278,
  size: 1000,
  pgp: 1002,
  md5: 1004,
  gpg: 1005,
} as const;

/** Tags of the header. */
const TAG = {
  buildTime: 1006,
  epoch: 1003,
  fileDigests: 1035,
  oldFileNames: 1027,
  directoryIndices: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  payloadFormat: 1124,
  payloadCompressor: 1125,
  fileDigestAlgorithm: 5011,
  payloadDigest: 5092,
  payloadDigestAlgorithm: 5093,
} as const;

/** Texts of the header that say what the package is and where it comes from. */
const WORDS: Readonly<Record<string, number>> = {
  name: 1000,
  version: 1001,
  release: 1002,
  summary: 1004,
  'build-host': 1007,
  distribution: 1010,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  url: 1020,
  os: 1021,
  arch: 1022,
  'source-rpm': 1044,
  'payload-format': TAG.payloadFormat,
  'payload-compressor': TAG.payloadCompressor,
};

/** Scripts with what runs them, under the names that `rpm --query --scripts` has for them. */
const SCRIPTS: readonly { readonly name: string; readonly script: number; readonly program: number }[] = [
  { name: 'preinstall', script: 1023, program: 1085 },
  { name: 'postinstall', script: 1024, program: 1086 },
  { name: 'preuninstall', script: 1025, program: 1087 },
  { name: 'postuninstall', script: 1026, program: 1088 },
  { name: 'verify', script: 1079, program: 1091 },
  { name: 'pretrans', script: 1151, program: 1153 },
  { name: 'posttrans', script: 1152, program: 1154 },
  { name: 'preuntrans', script: 5104, program: 5106 },
  { name: 'postuntrans', script: 5105, program: 5107 },
  { name: 'trigger', script: 1065, program: 1092 },
  { name: 'filetrigger', script: 5066, program: 5067 },
  { name: 'transfiletrigger', script: 5076, program: 5077 },
];

/** Scripts of one kind: only triggers have several. */
const SCRIPT_LIMIT = 1000;

/** Files whose digest is stated. */
const DIGEST_LIMIT = 1000;

/** Characters of a path in the name of a fact. */
const NAME_LIMIT = 190;

/** Characters of a fact. */
const FACT_LIMIT = 500;

/** Endings by the names that the header has for compressors. */
const ENDINGS: Readonly<Record<string, string>> = {
  gzip: '.gz',
  bzip2: '.bz2',
  xz: '.xz',
  lzma: '.lzma',
  zstd: '.zst',
};

/** Hashes by the numbers of RFC 4880, 9.4, that packages use. */
const HASHES: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

function* readPackage(source: Source, isSource: boolean, whole: boolean): Generator<Reading> {
  yield { kind: 'extent', range: [0, LEAD], role: 'header' };
  yield* facts({ type: isSource ? 'source' : 'binary' });
  const signature = readHeader(source, LEAD);
  yield* headerExtents(signature);
  const headerAt = Math.ceil(signature.range[1] / 8) * 8; // the lead is a multiple of eight itself
  const header = readHeader(source, headerAt);
  if (isZero(source, [signature.range[1], headerAt])) {
    yield { kind: 'extent', range: [signature.range[1], headerAt], role: 'padding' };
  }
  yield* headerExtents(header);
  yield* words(header);
  yield* signatures(signature);
  yield* fileDigests(header);
  yield* scripts(source, header);
  yield* readPayload(source, signature, header, whole);
}

function* headerExtents({ range, storeAt }: Header): Generator<Reading> {
  yield { kind: 'extent', range: [range[0], storeAt], role: 'header' };
  yield { kind: 'extent', range: [storeAt, range[1]], role: 'metadata' };
}

function* words(header: Header): Generator<Reading> {
  for (const [name, tag] of Object.entries(WORDS)) {
    yield* facts({ [name]: header.text(tag)?.slice(0, FACT_LIMIT) ?? null });
  }
  const [epoch] = header.numbers(TAG.epoch);
  const [built] = header.numbers(TAG.buildTime);
  yield* facts({
    epoch: epoch === undefined ? null : String(epoch),
    'build-time': built === undefined || built >= 2 ** 32 ? null : new Date(built * 1000).toISOString(),
    'tags-astray': header.astray.size === 0 ? null : `${header.astray.size} lead out of the header`,
  });
}

function* signatures(signature: Header): Generator<Reading> {
  const { dsa, rsa, openpgp, pgp, gpg } = SIGNATURE;
  const kinds = [
    ['DSA over the header', signature.bytes(dsa)],
    ['RSA over the header', signature.bytes(rsa)],
    ['OpenPGP over the header', [...signature.texts(openpgp)][0] ?? null],
    ['RSA over header and payload', signature.bytes(pgp)],
    ['DSA over header and payload', signature.bytes(gpg)],
  ] as const;
  const present = kinds.filter(([, value]) => value !== null).map(([kind]) => kind);
  yield* facts({ signatures: present.length === 0 ? 'none' : `${present.join(', ')}; not verified` });
}

/** Digests as the header states them; only regular files have one. */
function* fileDigests(header: Header): Generator<Reading> {
  const algorithm = HASHES[first(header.numbers(TAG.fileDigestAlgorithm)) ?? 1] ?? 'unknown hash';
  const paths = pathsOf(header)[Symbol.iterator]();
  let files = 0;
  for (const { text } of header.texts(TAG.fileDigests)) {
    const path = paths.next();
    if (text === '') continue;
    if (files++ < DIGEST_LIMIT && path.done !== true && /^[0-9a-f]+$/i.test(text)) {
      yield* facts({ [`digest ${path.value.slice(0, NAME_LIMIT)}`]: `${algorithm}:${text.slice(0, 128)}` });
    }
  }
  yield* facts({ 'files-with-digest': String(files) });
}

/** Paths in the order of the files: whole ones, or names with the number of their directory. */
function* pathsOf(header: Header): Generator<string> {
  for (const { text } of header.texts(TAG.oldFileNames)) yield text;
  const directories: string[] = [];
  for (const { text } of header.texts(TAG.directoryNames)) {
    if (directories.push(text) === DIGEST_LIMIT) break;
  }
  const indices = header.numbers(TAG.directoryIndices)[Symbol.iterator]();
  for (const { text } of header.texts(TAG.baseNames)) {
    const index = indices.next();
    yield `${(index.done === true ? undefined : directories[index.value]) ?? '?/'}${text}`;
  }
}

/** The scripts with the program that runs each; a program alone is a script of one command. */
function* scripts(source: Source, header: Header): Generator<Reading> {
  for (const { name, script, program } of SCRIPTS) {
    const isMany = name.endsWith('trigger');
    const programs = [...limited(header.texts(program), SCRIPT_LIMIT)].map(({ text }) => text);
    const texts = [...limited(header.texts(script), SCRIPT_LIMIT)];
    for (const [i, { range }] of texts.entries()) {
      const runs = isMany ? programs[i] : programs.join(' ');
      const own = isMany ? `${name}-${i}` : name;
      yield* filePart(source, `scriptlets/${own}${endingOf(runs)}`, range);
      yield* facts({ [`scriptlet ${own}`]: runs?.slice(0, FACT_LIMIT) || 'no program stated' });
    }
    if (texts.length === 0 && programs.length > 0) {
      const why = header.astray.has(script) ? 'its script leads out of the header' : 'without a script';
      yield* facts({ [`scriptlet ${name}`]: `${programs.join(' ').slice(0, FACT_LIMIT)}, ${why}` });
    }
  }
}

/** What the name of a script ends with, so that it is read by its language: the text itself does not say it. */
function endingOf(program: string | undefined): string {
  const [command = ''] = (program ?? '').split(' ');
  if (command === '<lua>') return '.lua';
  return SHELLS.has(command.slice(command.lastIndexOf('/') + 1)) ? '.sh' : '';
}

function* readPayload(source: Source, signature: Header, header: Header, whole: boolean): Generator<Reading> {
  const [headerAt, from] = header.range;
  const stated = first(signature.numbers(SIGNATURE.longSize)) ?? first(signature.numbers(SIGNATURE.size));
  if (stated === undefined && !whole) {
    yield* facts({ payload: 'not given: no size is stated' });
    return;
  }
  const end = stated === undefined ? source.size : headerAt + stated;
  if (end < from || end > source.size) {
    const left = `${source.size - from} bytes are left`;
    yield* facts({ payload: `not given: ${Math.max(0, end - from)} bytes are stated, ${left}` });
    yield* checks(source, signature, header, null);
    return;
  }
  yield* checks(source, signature, header, [from, end]);
  const format = header.text(TAG.payloadFormat) === 'drpm' ? 'drpm' : 'cpio';
  const ending = ENDINGS[header.text(TAG.payloadCompressor) ?? 'gzip'] ?? '';
  if (from === end) yield { kind: 'entry', entry: fileHead(`payload.${format}${ending}`, []) };
  else yield* filePart(source, `payload.${format}${ending}`, [from, end]);
}

/** Digests that the headers state of header and payload.
 *  @param payload  null: it is not there as a whole */
function* checks(
  source: Source,
  signature: Header,
  header: Header,
  payload: ByteRange | null,
): Generator<Reading> {
  const { sha1, sha256, md5 } = SIGNATURE;
  yield* compared(source, 'header-sha1', 'sha1', header.range, signature.text(sha1));
  yield* compared(source, 'header-sha256', 'sha256', header.range, signature.text(sha256));
  if (payload === null) return;
  const all = signature.bytes(md5);
  const both: ByteRange = [header.range[0], payload[1]];
  yield* compared(source, 'header-and-payload-md5', 'md5', both, all && Buffer.from(all).toString('hex'));
  const algorithm = HASHES[first(header.numbers(TAG.payloadDigestAlgorithm)) ?? 8];
  const stated = header.text(TAG.payloadDigest);
  if (algorithm !== undefined) yield* compared(source, 'payload-digest', algorithm, payload, stated);
}

function* compared(
  source: Source,
  name: string,
  algorithm: string,
  range: ByteRange,
  stated: string | null,
): Generator<Reading> {
  if (stated === null) return;
  const hash = fold(source, range, createHash(algorithm), (window, state) => state.update(window));
  yield* facts({ [name]: hash.digest('hex') === stated.toLowerCase() ? 'right' : 'wrong' });
}

function first(values: Iterable<number>): number | undefined {
  for (const value of values) return value;
  return undefined;
}

function* limited<T>(values: Iterable<T>, limit: number): Generator<T> {
  let count = 0;
  for (const value of values) {
    if (count++ === limit) return;
    yield value;
  }
}
