// Written by `npm run index`; changes belong into the plug-ins.

/** Plug-in id → SHA-256 in hex over the plug-in and everything it runs: files and locked packages.
 *  `open` covers all formats and what opens an artefact with them. */
export const code: Readonly<Record<string, string>> = {
  open: '68e752b7f6250eb2a93508068c091c719bcdb4ee9a71c7d7c9ac8fafb210a29c',
};
