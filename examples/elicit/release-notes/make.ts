// Writes the cases beside it: node examples/elicit/release-notes/make.ts
import { csv, writeDocuments } from '../../documents.ts';

writeDocuments(import.meta.dirname, {
  markdown: {
    name: 'input.md',
    input: ['# NE-7 R25 release notes', '', '## Security', '- Updated OpenSSL from 1.0.2k to 1.1.1w (CVE-2022-0778).', '- `busybox` has been upgraded to 1.36.1', '- curl 7.79.1 -> 8.4.0', '- Bumped the Linux kernel from 4.14.90 to 5.10.200.', '- [dropbear](https://example.com) was downgraded from 2022.83 to 2020.81', '', '## Fixed', '- httpd: crash on long headers', '- [cwmpd] session is closed after a time-out', '- Note: reboot after the update', '- Some web pages showed wrong figures', '- Removed telnetd 1.9', ''].join('\n'),
    note: 'Sentences and items of lists; a note, and an item that names no component, are not compared. A version that goes back is as good as one that goes up.',
  },
  chinese: {
    name: 'input.txt',
    input: ['NE-7 R25 版本说明', '1、升级 OpenSSL 从 1.0.2k 升级到 1.1.1w', '2、busybox 升级至 1.36.1', '3、dropbear 由 2020.81 升级为 2022.83', '4、优化页面显示', ''].join('\n'),
    note: 'The same in Chinese.',
  },
  html: {
    name: 'input.html',
    input: '<html><body><h1>Release Notes</h1><script>var x = "updated evil from 1 to 2";</script><ul><li>Updated <b>zlib</b> from 1.2.8 to 1.3<li>httpd: headers &lt; 8 KiB</ul><p>Added nftables 1.0.2.</p></body></html>',
    note: 'HTML without closing tags; what a script says is not shown and not read.',
  },
  table: {
    name: 'input.csv',
    input: csv([['Component', 'Old Version', 'New Version', 'Change'], ['openssl', '1.0.2k', '1.1.1w', 'security'], ['libpcap', 'N/A', '1.10.1', 'new'], ['', '1', '2', 'of what?']]),
    note: 'A table of versions before and after; a row without a component is not understood.',
  },
  'a-text-of-something-else': {
    name: 'input.txt',
    input: ['Installation', '- Connect the cable', '- Update the firmware to the latest version', 'The fan was updated to a quieter one.', ''].join('\n'),
    note: 'The look-alike: a manual speaks of updates, without a version.',
  },
  'hostile-lines': {
    name: 'input.md',
    input: `# Changelog\n- Updated ${'a'.repeat(5000)} from 1 to 2\n- Updated open\u202essl from 1.0 to 1.1\n- ${'x: '.repeat(20_000)}\n${'- '.repeat(5000)}\n- zlib \u001b[31m1.2.8 -> 1.3\n- Updated curl from 7.1 to 7.2 \u001b[2J\n`,
    note: 'Lines without end, letters in turned order, an escape sequence: bounded, kept as they are, and said.',
  },
});
