import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { nameOf } from '#engine/bytes/text';

/** Rules of one time zone. */
export const tzif: Format = {
  kind: 'format',
  id: 'tzif',
  version: 1,
  doc: {
    name: 'time zone rules (TZif)',
    says: 'Claims headers and data of each version and states the rule for years to come.',
    sources: ['RFC 8536, section 3'],
    limits: ['Times and offsets are claimed without a look at their values.'],
  },
  magics: [{ bytes: new TextEncoder().encode('TZif'), at: 0 }],
  open(source) {
    return source.size < HEADER ? null : claim(source);
  },
};

const HEADER = 44;

function* claim(source: Source): Generator<Reading> {
  const [version = 0] = source.bytes(4, 5);
  if (version !== 0 && !(version >= 0x32 && version <= 0x34)) throw new Malformed(`version ${version}`, 4);
  let at = yield* claimBlock(source, 0, 4);
  if (version === 0) return;
  at = yield* claimBlock(source, at, 8);
  const rest = source.bytes(at, Math.min(source.size, at + 512));
  const end = rest.indexOf(0x0a, 1);
  if (rest[0] !== 0x0a || end === -1) throw new Malformed('no rule behind the data', at);
  yield { kind: 'extent', range: [at, at + end + 1], role: 'metadata' };
  yield { kind: 'fact', name: 'rule', value: nameOf(rest.subarray(1, end)) };
}

/** Header and data of one version.
 *  @param time  bytes of a time: 4 in the first, 8 in the second */
function* claimBlock(source: Source, at: number, time: number): Generator<Reading, number> {
  if (at + HEADER > source.size) throw new Malformed('header cut short', at);
  const c = new Cursor(source.bytes(at, at + HEADER), 0, at);
  if (c.u32be() !== 0x545a6966) throw new Malformed('no second header', at);
  c.skip(1); // version
  if (c.take(15).some((byte) => byte !== 0)) throw new Malformed('reserved bytes are not zero', at + 5);
  const universal = c.u32be();
  const standard = c.u32be();
  const leaps = c.u32be();
  const transitions = c.u32be();
  const types = c.u32be();
  const letters = c.u32be();
  const size = transitions * (time + 1) + types * 6 + letters + leaps * (time + 4) + standard + universal;
  const end = at + HEADER + size;
  if (end > source.size) throw new Malformed(`data of ${size} bytes leaves the file`, at);
  yield { kind: 'extent', range: [at, at + HEADER], role: 'header' };
  yield { kind: 'extent', range: [at + HEADER, end], role: 'payload' };
  return end;
}
