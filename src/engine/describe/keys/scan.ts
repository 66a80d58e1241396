import { Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import { PEM_LIMIT, PEM_MARK } from '#engine/bytes/pem';
import { PUTTY_MARK } from '#engine/bytes/ssh-keys';
import { derPrivateKey, dropbearKey, edwardsPrivateKey } from '#engine/describe/keys/embedded-binary';
import { pemBlock, puttyKey, sshLine } from '#engine/describe/keys/embedded-text';
import type { Finder, Finding, KeyFinding, View } from '#engine/describe/keys/finding';

interface Mark {
  readonly needle: Buffer;
  /** A glance at the bytes around, for marks that stand in many places for other reasons. */
  readonly fits: (bytes: Buffer, at: number) => boolean;
  readonly find: Finder;
}

/** What every form of key has at its beginning, or near it. Each is short or begins with a rare byte: the search is fast. */
const MARKS: readonly Mark[] = [
  { needle: Buffer.from(PEM_MARK), fits: () => true, find: pemBlock },
  { needle: Buffer.from(PUTTY_MARK), fits: () => true, find: puttyKey },
  // base64 of a length, the first field of a public key in SSH; its type and white space stand before it
  {
    needle: Buffer.from('AAAA'),
    fits: (bytes, at) => bytes[at - 1] === 0x20 || bytes[at - 1] === 0x09,
    find: sshLine,
  },
  { needle: Buffer.from('ssh-'), fits: isMeasured, find: dropbearKey },
  { needle: Buffer.from('ecdsa-sha2-nistp'), fits: isMeasured, find: dropbearKey },
  // INTEGER 0, INTEGER …: version and modulus
  { needle: Buffer.from([0x02, 0x01, 0x00, 0x02]), fits: () => true, find: derPrivateKey },
  // INTEGER 1, OCTET STRING …: version and private number
  { needle: Buffer.from([0x02, 0x01, 0x01, 0x04]), fits: () => true, find: derPrivateKey },
  // SEQUENCE of an identifier 1.3.101.…
  { needle: Buffer.from([0x30, 0x05, 0x06, 0x03, 0x2b, 0x65]), fits: () => true, find: edwardsPrivateKey },
];

/** True when the length of a type of key in SSH stands before the type. */
function isMeasured(bytes: Buffer, at: number): boolean {
  const length = at < 4 ? 0 : bytes.readUInt32BE(at - 4);
  return length === 7 || length === 11 || length === 19;
}

/** Bytes looked at in one step, and what is in view before and behind them: headers of DER and the type in a line stand
 *  before a mark, a block behind it. */
const STEP = 1024 * 1024;
const BEFORE = 4096;
const BEHIND = PEM_LIMIT;

/** Keys found in one artefact: the largest bundle of certificates known has a few hundred. */
const FINDINGS_LIMIT = 10_000;

/** Candidates in binary that prove to be none; each may cost 10 ms, a program has one or two. */
const TRIALS = 2000;

/** Every key and certificate inside other bytes, in file order, none inside another.
 *  @throws Spent above FINDINGS_LIMIT, or when TRIALS candidates were none */
export function scan(source: Source): readonly Finding[] {
  const found: Finding[] = [];
  const trials = { left: TRIALS };
  let claimedTo = 0;
  for (let at = 0; at < source.size; at += STEP) {
    const base = Math.max(0, at - BEFORE);
    const bytes = bufferOf(source.bytes(base, Math.min(source.size, at + STEP + BEHIND)));
    const view = { bytes, base };
    for (const hit of hitsIn(view, at, at + STEP)) {
      if (base + hit.at < claimedTo) continue;
      const finding = hit.find(view, hit.at, trials);
      if (finding === null || finding.range[0] < claimedTo) continue;
      if (found.length === FINDINGS_LIMIT) throw new Spent(`${FINDINGS_LIMIT} keys in one file`);
      found.push(finding);
      claimedTo = finding.range[1];
    }
  }
  return permitting(source, found);
}

interface Hit {
  readonly at: number;
  readonly find: Finder;
}

/** Marks that begin in [from, to) of the source, in order. */
function hitsIn({ bytes, base }: View, from: number, to: number): readonly Hit[] {
  const hits: Hit[] = [];
  for (const { needle, fits, find } of MARKS) {
    let at = bytes.indexOf(needle, from - base);
    while (at !== -1 && base + at < to) {
      if (fits(bytes, at)) hits.push({ at, find });
      at = bytes.indexOf(needle, at + 1);
    }
  }
  return hits.toSorted((a, b) => a.at - b.at);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A public SSH key in a script or program that also names the file of authorised keys is there to be authorised. */
function permitting(source: Source, found: readonly Finding[]): readonly Finding[] {
  if (!found.some(isSshKey) || !mentions(source, Buffer.from('authorized_keys'))) return found;
  return found.map((finding) => (isSshKey(finding) ? { ...finding, holding: 'authorised' } : finding));
}

function isSshKey(finding: Finding): finding is KeyFinding {
  return finding.kind === 'key' && finding.holding === 'public' && finding.container === 'ssh';
}

function mentions(source: Source, needle: Buffer): boolean {
  for (let at = 0; at < source.size; at += STEP) {
    const window = bufferOf(source.bytes(at, Math.min(source.size, at + STEP + needle.length)));
    if (window.includes(needle)) return true;
  }
  return false;
}
