// Written by `npm run index`; changes belong into the plug-ins.

/** Plug-in id → SHA-256 in hex over the plug-in and everything it runs: files and locked packages.
 *  `open` covers all formats and what opens an artefact with them. */
export const code: Readonly<Record<string, string>> = {
  cpio: 'cc8d4905437f75b10d67b45a854d872e636fb3b1d4003fe9dfc65871c103998d',
  elf: '25a8b6b30d59c5d4f14710232c402758a9dfc00c99a89b642c274f989a3d830f',
  open: '956cf74c37c9758fadb021e8aa132383bf871cacdfa9e2ed502b8325c59e4367',
  seama: 'db88600613ce3a218156ae67447fe19e84ecb2fc00d949e92958e213646eb774',
  tar: '27316ad3f6aa4cd287c9c5ac23857098bfd6daa5ff1a7ba86e8fa12c44deba9b',
  'tar-v7': '954ca2723fdb084b1df4752152644d8123c918716bc9d214c26a2ae80d22f823',
  text: 'b26ead4fa545006f2830b6e9e278bb82fbbf41497885784b2b1c71cdde9f1149',
  trx: 'b0a9e60a887afc924b5f9624e2daa7ee9300694ac508066d6ff1107e7f7921a9',
  uimage: 'd387fc0f4b6a365224082e7f4f7c1a01c097194da5e217a3b3437e15183660d2',
};
