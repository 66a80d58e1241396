import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';

/** Pictures in JPEG. */
export const jpeg: Format = {
  kind: 'format',
  id: 'jpeg',
  version: 1,
  doc: {
    name: 'JPEG picture',
    says: 'Claims the segments of the picture from its first marker to its last.',
    sources: ['ITU-T T.81 (1992), Annex B', 'ITU-T T.871 (2011): JFIF', 'CIPA DC-008 (2019): Exif'],
    limits: [
      'Compressed pixels are claimed without unpacking.',
      'Application segments without a known name are not claimed.',
      'Small pictures inside Exif are claimed as metadata.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0xff, 0xd8, 0xff), at: 0 }],
  open(source) {
    return claim(source);
  },
};

const MARKER = {
  end: 0xd9,
  scan: 0xda,
  frames: new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]),
} as const;

function* claim(source: Source): Generator<Reading> {
  yield { kind: 'extent', range: [0, 2], role: 'header' };
  let frames = 0;
  let scans = 0;
  for (let at = 2; ; ) {
    const { marker, next } = markerAt(source, at);
    if (marker === MARKER.end) {
      yield { kind: 'extent', range: [at, next], role: 'header' };
      if (frames === 0 || scans === 0) throw new Malformed('picture without a scan', at);
      return;
    }
    if (next + 2 > source.size) throw new Malformed('segment cut short', at);
    const length = new Cursor(source.bytes(next, next + 2)).u16be();
    const end = next + length;
    if (length < 2 || end > source.size)
      throw new Malformed(`segment of ${length} bytes leaves the picture`, at);
    if (marker === MARKER.scan) {
      const dataEnd = scanEnd(source, end);
      yield { kind: 'extent', range: [at, end], role: 'header' };
      yield { kind: 'extent', range: [end, dataEnd], role: 'payload' };
      scans++;
      at = dataEnd;
      continue;
    }
    if (MARKER.frames.has(marker)) {
      frames++;
      yield* size(source, next);
    }
    yield { kind: 'extent', range: [at, next + 2], role: 'header' };
    if (isKnown(source, marker, next + 2, end)) {
      yield { kind: 'extent', range: [next + 2, end], role: 'metadata' };
    }
    at = end;
  }
}

/** A marker may be preceded by any number of fill bytes. */
function markerAt(source: Source, from: number): { readonly marker: number; readonly next: number } {
  for (let at = from; at + 2 <= source.size; at++) {
    const [first, second = 0] = source.bytes(at, at + 2);
    if (first !== 0xff || second < 0xc0) {
      if (first !== 0xff || second !== 0xff)
        throw new Malformed('no marker where a segment should begin', at);
    } else if (second !== 0xff) {
      const hasNoLength = second >= 0xd0 && second <= 0xd8; // restart or beginning
      if (hasNoLength) throw new Malformed(`marker ${second.toString(16)} out of place`, at);
      return { marker: second, next: at + 2 };
    }
  }
  throw new Malformed('picture ends without its end marker', source.size);
}

/** Bytes looked at in one step. */
const STEP = 64 * 1024;

/** Where the compressed data of a scan ends: before the next marker that is neither a stuffed byte nor a restart. */
function scanEnd(source: Source, from: number): number {
  for (let base = from; base < source.size; base += STEP) {
    // one byte more, so that a marker across two steps is seen
    const window = source.bytes(base, Math.min(source.size, base + STEP + 1));
    for (let i = window.indexOf(0xff); i !== -1 && i < STEP; i = window.indexOf(0xff, i + 1)) {
      const next = window[i + 1];
      if (next === undefined) break;
      const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
      if (!isData) return base + i;
    }
  }
  throw new Malformed('picture ends without its end marker', source.size);
}

function* size(source: Source, at: number): Generator<Reading> {
  if (at + 7 > source.size) throw new Malformed('frame cut short', at);
  const c = new Cursor(source.bytes(at + 3, at + 7));
  const height = c.u16be();
  yield { kind: 'fact', name: 'pixels', value: `${c.u16be()} × ${height}` };
}

/** Names at the head of application segments that a standard or a wide use describes. */
const APPLICATIONS: Readonly<Record<number, readonly string[]>> = {
  0xe0: ['JFIF\0', 'JFXX\0'],
  0xe1: ['Exif\0', 'http://ns.adobe.com/'],
  0xe2: ['ICC_PROFILE\0', 'MPF\0', 'FPXR\0'],
  0xec: ['Ducky', '[picture info]'],
  0xed: ['Photoshop 3.0\0', 'Adobe_CM'],
  0xee: ['Adobe'],
};

function isKnown(source: Source, marker: number, start: number, end: number): boolean {
  if (marker < 0xe0 || marker > 0xef) return true;
  const head = latin1(source.bytes(start, Math.min(end, start + 24)));
  return (APPLICATIONS[marker] ?? []).some((name) => head.startsWith(name));
}
