// node examples/decode/broadcom-nvram/make.ts: writes the inputs as Broadcom's boot loader would.
import { bytes, le32, padded, patched, writeCases, zeros } from '../../craft.ts';

function sum(part: Uint8Array): number {
  let value = 0xff;
  for (const byte of part) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >> 1) ^ 0xab : value >> 1;
  }
  return value;
}

function nvram(...settings: readonly string[]): Buffer {
  const text = padded(bytes(...settings.flatMap((setting) => [setting, [0]]), [0]), 16);
  const whole = bytes('FLSH', le32(20 + text.length), [0, 1, 0, 0], zeros(8), text);
  return patched(whole, 8, [sum(whole.subarray(9))]);
}

const settings = nvram('boardtype=0x0467', 'lan_ipaddr=192.168.1.1', 'http_username=admin', 'wl0_ssid=example');

writeCases(import.meta.dirname, '../make.ts', {
  settings: { input: bytes(settings, Buffer.alloc(40, 0xff)), note: 'Settings with the right checksum and erased flash behind them.' },
  'value-of-two-lines': { input: nvram('note=first\nhttp_passwd=forged'), note: 'A value with the end of a line in it cannot pass for a second setting.' },
  changed: { input: patched(settings, 30, 'X'), note: 'A setting was changed: the checksum is wrong.' },
  'changed-inside': { input: bytes('in front ', patched(settings, 30, 'X')), note: 'The look-alike: inside other bytes, settings with a wrong checksum are none.' },
  'cut-short': { input: settings.subarray(0, 50), note: 'The settings are cut short: nothing is recognised.' },
  'size-of-a-gigabyte': { input: patched(settings, 4, le32(0x40000000)), note: 'A size that no partition has.' },
});
