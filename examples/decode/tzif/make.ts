// node examples/decode/tzif/make.ts: writes the inputs as RFC 8536 lays them out.
import { be32, bytes, patched, writeCases, zeros } from '../../craft.ts';

const head = (version: string, transitions: number) =>
  bytes('TZif', version, zeros(15), be32(0), be32(0), be32(0), be32(transitions), be32(1), be32(4));
const TYPES = bytes(be32(3600), [0, 0], 'CET\0');
const first = bytes(head('2', 1), be32(1_600_000_000), [0], TYPES);
const both = bytes(first, head('2', 1), zeros(4), be32(1_600_000_000), [0], TYPES, '\nCET-1CEST,M3.5.0,M10.5.0/3\n');

writeCases(import.meta.dirname, '../make.ts', {
  'second-version': { input: both, note: 'Data for old readers, data for new ones, and the rule for years to come.' },
  'first-version': { input: bytes(patched(first, 4, '\0'), 'more'), note: 'One block only; what follows it stays unexplained.' },
  'rule-missing': { input: both.subarray(0, -8), note: 'The rule has no end.' },
  'count-too-large': { input: patched(first, 32, be32(0x7fffffff)), note: 'The look-alike: a header that promises more than is there.' },
});
