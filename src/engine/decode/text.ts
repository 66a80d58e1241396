import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';

/** A whole file of text. */
export const text: Format = {
  kind: 'format',
  id: 'text',
  version: 1,
  doc: {
    name: 'text file',
    says: 'Claims a file that is text from its first byte to its last, and states its encoding and what kind of text it is.',
    sources: [
      'Unicode 15.0, chapter 3.9: UTF-8, UTF-16',
      'ISO/IEC 8859-1; IEEE Std 1003.1-2017, 3.403 Text File',
    ],
    limits: [
      'Recognised only as a whole artefact: text inside other bytes stays unexplained.',
      'Text claims nothing about its meaning: data encoded as text (base64, hex) is text here.',
      'Encodings of one or two bytes a character are told from binary data by the absence of control characters, not by language.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size === 0) return null;
    const encoding = encodingOf(source);
    return encoding === null ? null : claim(source, encoding);
  },
};

type Encoding = 'ascii' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1' | 'unknown 8-bit';

function* claim(source: Source, encoding: Encoding): Generator<Reading> {
  yield { kind: 'extent', range: [0, source.size], role: 'payload' };
  yield { kind: 'fact', name: 'encoding', value: encoding };
  const head = textOf(source.bytes(0, Math.min(source.size, HEAD)), encoding);
  const interpreter = interpreterOf(head);
  yield {
    kind: 'fact',
    name: 'kind',
    value: interpreter === null ? kindOf(source, head, encoding) : 'script',
  };
  if (interpreter !== null) yield { kind: 'fact', name: 'interpreter', value: interpreter };
}

/** Bytes looked at to guess the kind. */
const HEAD = 4096;

function encodingOf(source: Source): Encoding | null {
  const first = source.bytes(0, Math.min(source.size, HEAD));
  if (first[0] === 0xff && first[1] === 0xfe) return isUtf16(source, 'utf-16le') ? 'utf-16le' : null;
  if (first[0] === 0xfe && first[1] === 0xff) return isUtf16(source, 'utf-16be') ? 'utf-16be' : null;
  const counts = countBytes(source);
  if (counts === null) return null;
  if (counts.high === 0) return 'ascii';
  if (isUtf8(source)) return 'utf-8';
  if (counts.deletes > 0 || !isEightBit(source.size, counts.high)) return null;
  return counts.control1 === 0 ? 'latin-1' : 'unknown 8-bit';
}

interface Counts {
  /** Bytes from 0x80 on. */
  readonly high: number;
  /** Bytes 0x80 to 0x9f: control characters in Latin-1, letters in other encodings. */
  readonly control1: number;
  /** Bytes 0x7f, which some scripts hold among their data. */
  readonly deletes: number;
}

const USUAL = 0;
const HIGH = 1;
const CONTROL1 = 2;
const NEVER = 3;
const DELETE = 4;

/** Control characters that texts hold: bell, backspace, tab, line feed, vertical tab, form feed, return, escape. */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0xa0) return HIGH;
  if (byte >= 0x80) return CONTROL1;
  if (byte >= 0x20) return byte === 0x7f ? DELETE : USUAL;
  return (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b ? USUAL : NEVER;
});

/** Null: a byte that no text holds. */
function countBytes(source: Source): Counts | null {
  const counts = new Uint32Array(5);
  // binary data shows itself early: look at little first
  let step = HEAD;
  for (let at = 0; at < source.size; at += step, step = PIECE_LIMIT) {
    const window = source.bytes(at, Math.min(source.size, at + step));
    for (let i = 0; i < window.length; i++) {
      const kind = CLASS[window[i] as number] as number; // i < length
      counts[kind] = (counts[kind] as number) + 1;
    }
    if (counts[NEVER] !== 0) return null;
  }
  const [, high = 0, control1 = 0, , deletes = 0] = counts;
  return { high: high + control1, control1, deletes };
}

function isUtf8(source: Source): boolean {
  return decodes(source, new TextDecoder('utf-8', { fatal: true }), () => true);
}

/** UTF-16 with its mark, without NUL and unusual control characters. */
function isUtf16(source: Source, encoding: 'utf-16le' | 'utf-16be'): boolean {
  if (source.size % 2 !== 0) return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const never = /[\0-\x06\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]/;
  return decodes(source, new TextDecoder(encoding, { fatal: true }), (part) => !never.test(part));
}

function decodes(
  source: Source,
  decoder: InstanceType<typeof TextDecoder>,
  accepts: (part: string) => boolean,
): boolean {
  try {
    for (let at = 0; at < source.size; at += PIECE_LIMIT) {
      const end = Math.min(source.size, at + PIECE_LIMIT);
      if (!accepts(decoder.decode(source.bytes(at, end), { stream: end < source.size }))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Fewest bytes in which random data shows a byte that no text holds, but for one case in 10^10. */
const TELLING = 256;

/** Text in an older encoding: long texts are told by the bytes they lack; short ones must be ASCII for the most part. */
function isEightBit(size: number, high: number): boolean {
  return size >= TELLING ? high <= size * 0.7 : size >= 16 && high <= size * 0.2;
}

function textOf(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === 'latin-1' || encoding === 'unknown 8-bit' || encoding === 'ascii') return latin1(bytes);
  return new TextDecoder(encoding).decode(bytes);
}

/** Name of the program that `#!` asks for, without its path; behind `env` its first argument. Null: no script. */
function interpreterOf(head: string): string | null {
  const line = /^#![ \t]*([^\r\n]{1,200})/.exec(head)?.[1];
  if (line === undefined) return null;
  const [program = '', ...rest] = line.split(/[ \t]+/);
  const isEnv = baseOf(program) === 'env';
  const asked = isEnv ? rest.find((word) => !word.startsWith('-') && !word.includes('=')) : program;
  return nameOf(Buffer.from(baseOf(asked ?? program)));
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** JSON is parsed only up to this size: the guess is not worth more. */
const JSON_LIMIT = 1024 * 1024;

function kindOf(source: Source, head: string, encoding: Encoding): string {
  const start = head.trimStart();
  if (/^<!doctype html|^<html/i.test(start)) return 'html';
  if (/^<\?xml\s/.test(start)) return /<html[\s>]/i.test(start) ? 'html' : 'xml';
  if (/^[[{]/.test(start) && source.size <= JSON_LIMIT) {
    return isJson(textOf(source.bytes(0, source.size), encoding)) ? 'json' : 'plain';
  }
  return 'plain';
}

function isJson(given: string): boolean {
  try {
    JSON.parse(given);
    return true;
  } catch {
    return false;
  }
}
