// Written by `npm run index`; changes belong into the plug-ins.
import type { Format } from '#domain/plugin';
import { androidBoot } from '#engine/decode/android-boot';
import { androidSparse } from '#engine/decode/android-sparse';
import { ar } from '#engine/decode/ar';
import { arcadyan } from '#engine/decode/arcadyan';
import { arm64Image } from '#engine/decode/arm64-image';
import { asusTail } from '#engine/decode/asus-tail';
import { bcm963xxTag } from '#engine/decode/bcm963xx-tag';
import { bmp } from '#engine/decode/bmp';
import { broadcomNvram } from '#engine/decode/broadcom-nvram';
import { bzimage } from '#engine/decode/bzimage';
import { bzip2 } from '#engine/decode/bzip2';
import { cab } from '#engine/decode/cab';
import { compress } from '#engine/decode/compress';
import { cpio } from '#engine/decode/cpio';
import { cramfs } from '#engine/decode/cramfs';
import { der } from '#engine/decode/der';
import { deviceTree } from '#engine/decode/device-tree';
import { dlinkEncrptedImg } from '#engine/decode/dlink-encrpted-img';
import { dlinkShrs } from '#engine/decode/dlink-shrs';
import { dropbearKey } from '#engine/decode/dropbear-key';
import { edimaxImage } from '#engine/decode/edimax-image';
import { elf } from '#engine/decode/elf';
import { erofs } from '#engine/decode/erofs/erofs';
import { ext } from '#engine/decode/ext/ext';
import { fat } from '#engine/decode/fat/fat';
import { fit } from '#engine/decode/fit';
import { gif } from '#engine/decode/gif';
import { gpt } from '#engine/decode/gpt';
import { gzip } from '#engine/decode/gzip';
import { huaweiHwnp } from '#engine/decode/huawei-hwnp';
import { ico } from '#engine/decode/ico';
import { ikconfig } from '#engine/decode/ikconfig';
import { intelHex } from '#engine/decode/intel-hex';
import { iso9660 } from '#engine/decode/iso9660/iso9660';
import { jffs2 } from '#engine/decode/jffs2/jffs2';
import { jpeg } from '#engine/decode/jpeg';
import { linuxKernel } from '#engine/decode/linux-kernel';
import { lua } from '#engine/decode/lua';
import { lz4 } from '#engine/decode/lz4';
import { lzip } from '#engine/decode/lzip';
import { lzma } from '#engine/decode/lzma';
import { lzop } from '#engine/decode/lzop';
import { mbr } from '#engine/decode/mbr';
import { mo } from '#engine/decode/mo';
import { netgearChk } from '#engine/decode/netgear-chk';
import { png } from '#engine/decode/png';
import { realtekImage } from '#engine/decode/realtek-image';
import { riff } from '#engine/decode/riff';
import { romfs } from '#engine/decode/romfs';
import { rpm } from '#engine/decode/rpm/rpm';
import { sRecord } from '#engine/decode/s-record';
import { seama } from '#engine/decode/seama';
import { senaoImage } from '#engine/decode/senao-image';
import { sercommKernel } from '#engine/decode/sercomm-kernel';
import { sevenZip } from '#engine/decode/seven-zip/seven-zip';
import { sfnt } from '#engine/decode/sfnt';
import { squashfs } from '#engine/decode/squashfs/squashfs';
import { swf } from '#engine/decode/swf';
import { tar } from '#engine/decode/tar';
import { tarV7 } from '#engine/decode/tar-v7';
import { terminfo } from '#engine/decode/terminfo';
import { text } from '#engine/decode/text';
import { tplink } from '#engine/decode/tplink';
import { tplinkSafeloader } from '#engine/decode/tplink-safeloader';
import { trx } from '#engine/decode/trx';
import { tzif } from '#engine/decode/tzif';
import { uBootEnvironment } from '#engine/decode/u-boot-environment';
import { ubi } from '#engine/decode/ubi';
import { ubifs } from '#engine/decode/ubifs/ubifs';
import { ubootEnv } from '#engine/decode/uboot-env';
import { uimage } from '#engine/decode/uimage';
import { woff } from '#engine/decode/woff';
import { xiaomiHdr } from '#engine/decode/xiaomi-hdr';
import { xz } from '#engine/decode/xz';
import { zimage } from '#engine/decode/zimage';
import { zip } from '#engine/decode/zip/zip';
import { zlib } from '#engine/decode/zlib';
import { zstd } from '#engine/decode/zstd';
import { zteConfig } from '#engine/decode/zte-config';
import { zyxelRas } from '#engine/decode/zyxel-ras';

/** Every format of room decode, in byte order of id. */
export const formats: readonly Format[] = [
  androidBoot,
  androidSparse,
  ar,
  arcadyan,
  arm64Image,
  asusTail,
  bcm963xxTag,
  bmp,
  broadcomNvram,
  bzimage,
  bzip2,
  cab,
  compress,
  cpio,
  cramfs,
  der,
  deviceTree,
  dlinkEncrptedImg,
  dlinkShrs,
  dropbearKey,
  edimaxImage,
  elf,
  erofs,
  ext,
  fat,
  fit,
  gif,
  gpt,
  gzip,
  huaweiHwnp,
  ico,
  ikconfig,
  intelHex,
  iso9660,
  jffs2,
  jpeg,
  linuxKernel,
  lua,
  lz4,
  lzip,
  lzma,
  lzop,
  mbr,
  mo,
  netgearChk,
  png,
  realtekImage,
  riff,
  romfs,
  rpm,
  sRecord,
  seama,
  senaoImage,
  sercommKernel,
  sevenZip,
  sfnt,
  squashfs,
  swf,
  tar,
  tarV7,
  terminfo,
  text,
  tplink,
  tplinkSafeloader,
  trx,
  tzif,
  uBootEnvironment,
  ubi,
  ubifs,
  ubootEnv,
  uimage,
  woff,
  xiaomiHdr,
  xz,
  zimage,
  zip,
  zlib,
  zstd,
  zteConfig,
  zyxelRas,
];
