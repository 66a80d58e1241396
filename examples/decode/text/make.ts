// node examples/decode/text/make.ts: writes the inputs, one of each encoding and kind.
import { bytes, noise, writeCases, zeros } from '../../craft.ts';

const utf16 = (text: string, order: 'le' | 'be') => {
  const given = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? given : given.swap16();
};

writeCases(import.meta.dirname, '../make.ts', {
  script: { input: bytes('#!/bin/sh\n/usr/sbin/telnetd -l /bin/login\n'), note: 'A script; its interpreter is stated.' },
  'script-through-env': { input: bytes('#!/usr/bin/env -S LUA_PATH=/x lua\nreturn 1\n'), note: 'Behind env the interpreter is its first argument.' },
  html: { input: bytes('\r\n<!DOCTYPE html>\r\n<title>Login</title>\r\n'), note: 'A page; only its beginning is looked at.' },
  xml: { input: Buffer.from('<?xml version="1.0" encoding="utf-8"?>\n<gerät/>\n'), note: 'UTF-8 with a character of two bytes.' },
  json: { input: bytes('{ "lan": { "port": 80 } }\n'), note: 'Parsed whole before it is called JSON.' },
  'broken-json': { input: bytes('{ "lan": { "port": 80 }\n'), note: 'Begins like JSON but is none: plain.' },
  'utf-16': { input: utf16('Windows wrote this\r\n', 'le'), note: 'UTF-16 with its mark.' },
  'utf-16-big-endian': { input: utf16('<html>', 'be'), note: 'UTF-16 with its mark in the other order.' },
  'latin-1': { input: bytes('# R\xe9glages du routeur, premi\xe8re page\n'), note: 'Bytes above ASCII that are not UTF-8: mostly ASCII.' },
  'two-bytes-a-character': {
    input: bytes('# \xd3\xc3\xbb\xa7\xc3\xfb \x93\x41\n'.repeat(32)),
    note: 'GBK, as in many web pages of routers: no control characters in 300 bytes.',
  },
  'coloured-log': { input: bytes('\x1b[1mready\x1b[0m\b\b\x07\n'), note: 'Escape, backspace and bell occur in texts.' },
  'one-nul': { input: bytes('all of this would be text', [0], 'but for one byte\n'), note: 'The look-alike: one NUL and it is no text.' },
  'short-and-random': { input: noise(48, 7).map((byte) => byte | 0x80), note: 'The look-alike: no control characters, but hardly any ASCII.' },
  compressed: { input: noise(600), note: 'The look-alike: evenly random bytes.' },
  'utf-16-odd': { input: bytes(utf16('cut', 'le'), '\n'), note: 'The look-alike: the mark of UTF-16 but an odd number of bytes.' },
  empty: { input: zeros(0), note: 'Nothing is not text.' },
});
