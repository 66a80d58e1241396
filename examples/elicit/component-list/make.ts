// Writes the cases beside it: node examples/elicit/component-list/make.ts
import { csv, writeDocuments } from '../../documents.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;

let deep: unknown = { type: 'library', name: 'innermost', version: '1' };
for (let i = 0; i < 40; i++) deep = { type: 'library', name: `level-${i}`, version: '1', components: [deep] };

writeDocuments(import.meta.dirname, {
  cyclonedx: {
    name: 'input.json',
    input: json({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { type: 'firmware', name: 'NE-7', version: 'R25' } },
      compositions: [{ aggregate: 'incomplete' }],
      components: [
        { type: 'library', name: 'openssl', version: '1.0.2k', purl: 'pkg:generic/openssl@1.0.2k', cpe: 'cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*' },
        { type: 'application', name: 'busybox', version: '1.30.1', components: [{ type: 'library', name: 'libbb', version: '1.30.1' }] },
        { type: 'library', name: 'zlib' },
        { type: 'file', name: '/etc/passwd' },
        { type: 'library', name: 'gtest', version: '1.8', scope: 'excluded' },
        { type: 'library', version: '2' },
        'no component',
      ],
    }),
    note: 'Components inside components, one without version, a file, one that is excluded, two that are none. The document says itself that it is incomplete.',
  },
  'cyclonedx-of-odd-shape': {
    name: 'input.json',
    input: json({ bomFormat: 'CycloneDX', specVersion: 7, components: [deep, { name: ['x'], version: {} }, { name: 'open\u202essl', version: '1' }, null] }),
    note: 'Nested deeper than any product, fields of other types, a name whose order of letters is turned.',
  },
  'spdx-json': {
    name: 'input.json',
    input: json({
      spdxVersion: 'SPDX-2.3',
      documentDescribes: ['SPDXRef-NE7'],
      packages: [
        { SPDXID: 'SPDXRef-NE7', name: 'NE-7', versionInfo: 'R25' },
        { SPDXID: 'SPDXRef-1', name: 'dropbear', versionInfo: '2022.83', externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:generic/dropbear@2022.83' }, { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a:dropbear_ssh_project:dropbear_ssh:2022.83:*:*:*:*:*:*:*' }] },
        { SPDXID: 'SPDXRef-2', name: 'uClibc', versionInfo: 'NOASSERTION' },
      ],
      files: [{ fileName: './bin/sh' }],
    }),
    note: 'SPDX in JSON: the product is no component of itself, NOASSERTION is no version.',
  },
  'spdx-tag-value': {
    name: 'input.spdx',
    input: ['SPDXVersion: SPDX-2.3', 'DataLicense: CC0-1.0', 'DocumentComment: <text>not a package:', 'PackageName: trap', '</text>', 'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-NE7', '', 'PackageName: NE-7', 'SPDXID: SPDXRef-NE7', '', 'PackageName: openssl', 'SPDXID: SPDXRef-1', 'PackageVersion: 1.0.2k', 'ExternalRef: SECURITY cpe23Type cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*', 'ExternalRef: PACKAGE-MANAGER purl pkg:generic/openssl@1.0.2k', '', 'FileName: ./bin/busybox', 'SPDXID: SPDXRef-File', 'PackageVersion: 9', ''].join('\n'),
    note: 'SPDX as tag and value: a comment of several lines holds what looks like a package, lines of a file are none of the package before.',
  },
  table: {
    name: 'input.csv',
    input: csv([['No.', 'Open Source Software', 'Version', 'License'], ['1', 'OpenSSL', '1.0.2k', 'OpenSSL'], ['2', 'BusyBox', 'N/A', 'GPL-2.0'], ['3', '', '1.0', 'MIT']]),
    note: 'A table of third-party software, as vendors attach it to their notices.',
  },
  'not-a-list': { name: 'input.json', input: json({ components: [{ name: 'x' }] }), note: 'JSON that calls itself no list of components.' },
  'json-that-breaks': { name: 'input.json', input: '{"bomFormat": "CycloneDX", "components": [', note: 'JSON that is cut: not understood, and said why.' },
});
