import type { Role } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';

/** Sounds (WAVE) and pictures (WebP) in chunks. */
export const riff: Format = {
  kind: 'format',
  id: 'riff',
  version: 1,
  doc: {
    name: 'RIFF file (WAVE, WebP)',
    says: 'Claims the chunks that the standards of sounds and pictures know.',
    sources: [
      'Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991, chapter 2',
      'RFC 9649: WebP Image Format',
    ],
    limits: [
      'Chunks of unknown names are not claimed, nor files of other forms.',
      'Samples and pixels are not unpacked.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('RIFF'), at: 0 }],
  open(source) {
    if (source.size < 12) return null;
    const roles = FORMS[latin1(source.bytes(8, 12))];
    return roles === undefined ? null : claim(source, roles);
  },
};

const METADATA = (names: string) =>
  Object.fromEntries(names.split(',').map((name) => [name, 'metadata' as const]));

/** Role of the chunks of each form. */
const FORMS: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  WAVE: { data: 'payload', ...METADATA('fmt ,fact,LIST,cue ,smpl,inst,plst,bext,PEAK,cart,DISP') },
  WEBP: {
    'VP8 ': 'payload',
    VP8L: 'payload',
    ALPH: 'payload',
    ANMF: 'payload',
    ...METADATA('VP8X,ANIM,ICCP,EXIF,XMP '),
  },
};

function* claim(source: Source, roles: Readonly<Record<string, Role>>): Generator<Reading> {
  const end = 8 + new Cursor(source.bytes(4, 8)).u32le();
  if (end < 12 || end > source.size) throw new Malformed(`file of ${end} bytes, ${source.size} there`, 4);
  yield { kind: 'extent', range: [0, 12], role: 'header' };
  yield { kind: 'fact', name: 'form', value: latin1(source.bytes(8, 12)) };
  let at = 12;
  while (at + 8 <= end) {
    const c = new Cursor(source.bytes(at, at + 8));
    const name = latin1(c.take(4));
    const dataEnd = at + 8 + c.u32le();
    if (!/^[\x20-\x7e]{4}$/.test(name)) throw new Malformed('chunk name is no word', at);
    if (dataEnd > end) throw new Malformed(`chunk ${name} leaves the file`, at);
    yield { kind: 'extent', range: [at, at + 8], role: 'header' };
    const role = roles[name];
    if (role !== undefined) yield { kind: 'extent', range: [at + 8, dataEnd], role };
    at = dataEnd;
    // chunks begin at even places; the byte between is zero
    if (at % 2 === 1 && at < end && source.bytes(at, at + 1)[0] === 0) {
      yield { kind: 'extent', range: [at, at + 1], role: 'padding' };
      at++;
    }
  }
}
