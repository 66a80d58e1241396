// node examples/decode/ikconfig/make.ts: writes the inputs as the build of the kernel would.
import { gzipSync } from 'node:zlib';
import { bytes, patched, writeCases } from '../../craft.ts';

const config = '#\n# Linux/mips 4.14.95 Kernel Configuration\n#\nCONFIG_MIPS=y\n# CONFIG_MODULE_SIG is not set\nCONFIG_PACKET=y\n';
const packed = gzipSync(config, { level: 9 });
const kept = bytes('IKCFG_ST', packed, 'IKCFG_ED');

writeCases(import.meta.dirname, '../make.ts', {
  'inside-a-kernel': { input: bytes('code in front of it ', kept, ' and behind'), note: 'A configuration between its marks, with code around it.' },
  changed: { input: patched(kept, 30, [0xff]), note: 'The packed configuration was changed: nothing is given.' },
  'another-end': { input: bytes('IKCFG_ST', packed, 'IKCFG_XX'), note: 'The mark behind it is missing: nothing is given.' },
  'cut-short': { input: kept.subarray(0, 60), note: 'The configuration ends in its midst.' },
  'mark-alone': { input: bytes('a program that looks for IKCFG_ST in kernels'), note: 'The look-alike: tools that read configurations hold the mark as a text.' },
});
