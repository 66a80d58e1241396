// Written by `npm run index`; changes belong into the plug-ins.
import type { Format } from '#domain/plugin';
import { cpio } from '#engine/decode/cpio';
import { elf } from '#engine/decode/elf';
import { seama } from '#engine/decode/seama';
import { tar } from '#engine/decode/tar';
import { tarV7 } from '#engine/decode/tar-v7';
import { text } from '#engine/decode/text';
import { trx } from '#engine/decode/trx';
import { uimage } from '#engine/decode/uimage';

/** Every format of room decode, in byte order of id. */
export const formats: readonly Format[] = [cpio, elf, seama, tar, tarV7, text, trx, uimage];
