import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '#domain/artefact';
import { Refused } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { READ_LIMIT } from '#engine/bytes/source';
import { terminal } from '#engine/report/escape';
import { readRevision, revisionsOf } from '#ports/store/case';
import { fileBlobs } from '#ports/store/files';

/** Bytes shown at once; more is for a file, not for a screen. */
const SHOW_LIMIT = 64 * 1024;

/** The bytes of a place as text for a terminal. This is the one command that prints what reports mask.
 *  @param reference  `sha256:…@start-end`, a digest of at least 12 digits, or the id of an indication
 *  @param folder     the case; null: the only case in the working folder that has it
 *  @throws Refused when there is no such artefact or range */
export function show(reference: string, folder: string | null): string {
  const cases = folder === null ? casesHere() : [folder];
  if (cases.length === 0) throw new Refused('no case here', 'name one with --case');
  if (/^I[0-9]+$/.test(reference)) return showIndication(reference, cases);
  const { digits, range } = parseReference(reference);
  const found = cases.flatMap((root) => digestsIn(root, digits).map((digest) => ({ root, digest })));
  const [first] = found;
  if (first === undefined)
    throw new Refused(
      `no artefact ${reference} in ${cases.join(', ')}`,
      'check the digest, or name the case with --case',
    );
  if (new Set(found.map(({ digest }) => digest)).size > 1)
    throw new Refused(`${reference} fits several artefacts`, 'give more digits');
  return showBytes(first.root, first.digest, range);
}

function casesHere(): readonly string[] {
  return readdirSync('.')
    .filter((name) => existsSync(join(name, 'case.json')))
    .toSorted();
}

function parseReference(reference: string): { digits: string; range: ByteRange | null } {
  const match = /^(?:sha256:)?([0-9a-f]{12,64})(?:@(0x[0-9a-f]+|\d+)-(0x[0-9a-f]+|\d+))?$/i.exec(reference);
  if (match === null)
    throw new Refused(
      `${reference} is not a place`,
      'write sha256:DIGEST@START-END, or an indication such as I1',
    );
  const [, digits = '', start, end] = match;
  return {
    digits: digits.toLowerCase(),
    range: start === undefined || end === undefined ? null : [Number(start), Number(end)],
  };
}

function digestsIn(root: string, digits: string): readonly Digest[] {
  const folder = join(root, 'objects', digits.slice(0, 2));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(digits.slice(2)))
    .map((name): Digest => `sha256:${digits.slice(0, 2)}${name}`);
}

function showIndication(id: string, cases: readonly string[]): string {
  if (cases.length > 1) throw new Refused(`${cases.length} cases here`, 'name one with --case');
  const root = cases[0] ?? '.';
  const revision = revisionsOf(root).at(-1);
  if (revision === undefined) throw new Refused(`${root} has no revision yet`, 'examine first');
  const record = readRevision(root, revision);
  const indication = record.indications.find((candidate) => candidate.id === id);
  if (indication === undefined)
    throw new Refused(`revision ${revision} has no ${id}`, `it has ${record.indications.length} indications`);
  const pieces = indication.evidence.map(
    ({ artefact, path, range }) =>
      `${terminal(path)}\n${range === null ? '(the entry itself)\n' : showBytes(root, artefact, range)}`,
  );
  return `${id}  ${terminal(indication.title)}\n\n${pieces.join('\n')}`;
}

function showBytes(root: string, digest: Digest, range: ByteRange | null): string {
  const blobs = fileBlobs(join(root, 'objects'));
  try {
    const source = blobs.open(digest);
    const [start, end] = range ?? [0, source.size];
    if (start > end || end > source.size)
      throw new Refused(`${start}-${end} is outside its ${source.size} bytes`, 'give a range inside');
    const upTo = Math.min(end, start + Math.min(SHOW_LIMIT, READ_LIMIT));
    const bytes = source.bytes(start, upTo);
    const head = `${digest}\nbytes ${start}-${end} of ${source.size}\n\n`;
    const tail = upTo < end ? `… ${end - upTo} bytes more; give a smaller range\n` : '';
    return `${head}${asText(bytes) ?? hexDump(bytes, start)}${tail}`;
  } finally {
    blobs.release();
  }
}

/** The bytes as lines of text, or null when they are not text. */
function asText(bytes: Uint8Array): string | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  // oxlint-disable-next-line no-control-regex -- telling text from binary is what these are looked for
  if (/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text)) return null;
  return `${text.replace(/\n$/, '').split('\n').map(terminal).join('\n')}\n`;
}

/** Offset, sixteen bytes, the same as ASCII; 78 columns. */
function hexDump(bytes: Uint8Array, base: number): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = [...row]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${(base + at).toString(16).padStart(9, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return `${lines.join('\n')}\n`;
}
