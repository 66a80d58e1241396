import { type DeclaredComponent, NOTHING_DECLARED } from '#domain/declaration';
import type { Elicited, VendorDocument } from '#domain/elicited';
import type { Elicitor } from '#domain/plugin';
import { cellText, hasUnseen, headed, type HeadNames, headIndex } from '#engine/bytes/heads';
import { quoted, RemarkList } from '#engine/bytes/remarks';
import { cellAt, rowAt } from '#engine/bytes/sheets';
import { linesOf } from '#engine/bytes/text-tables';

/** Lists of components: software bills of materials, and tables of third-party software. */
export const componentList: Elicitor = {
  kind: 'elicitor',
  id: 'component-list',
  version: 1,
  doc: {
    name: 'List of components',
    says: 'Reads declared components with version, package URL and CPE from CycloneDX in JSON, SPDX 2 in JSON and as tag and value, and tables of third-party software.',
    sources: [
      'CycloneDX 1.2 to 1.7, ECMA-424; components, metadata.component, scope, compositions',
      'SPDX 2.2 and 2.3, ISO/IEC 5962; clauses 6 and 7, PackageName to ExternalRef',
    ],
    limits: [
      'CycloneDX in XML or protobuf, SPDX 3, SPDX in RDF, YAML or a spreadsheet of its own form are not read: convert them.',
      'Files, services, vulnerabilities and relations are not taken; the product itself is no component of it.',
      'What the document says of itself is not checked: neither signatures, nor digests, nor the schema.',
      'A table counts as a list of components when its head names component and version and no ports.',
    ],
  },
  elicit: (document) => elicit(document),
};

/** Components kept of one document. */
const COMPONENTS = 200_000;
/** Characters of a name, version, package URL or CPE. */
const TEXT_LIMIT = 1000;

function elicit({ data, text, sheets }: VendorDocument): Elicited | null {
  const list = new ComponentList();
  const isRead =
    isObject(data) && data['bomFormat'] === 'CycloneDX'
      ? readCycloneDx(data, list)
      : isObject(data) && typeof data['spdxVersion'] === 'string'
        ? readSpdx(data, list)
        : text !== null && /^SPDXVersion:\s*SPDX-/m.test(text.slice(0, 10_000))
          ? readTagValue(text, list)
          : readTables(sheets, list);
  return isRead ? list.result : null;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text of a field; null: absent, empty, too long, or a word for unknown. */
function textIn(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const isUnknown = /^(?:NOASSERTION|NONE|unknown|n\/?a)$/i.test(text);
  return text === '' || text.length > TEXT_LIMIT || isUnknown ? null : text;
}

class ComponentList {
  readonly remarks = new RemarkList();
  private readonly found: DeclaredComponent[] = [];
  private rows = 0;
  private unusable = 0;
  private unversioned = 0;

  get isFull(): boolean {
    return this.found.length >= COMPONENTS;
  }

  /** One component as the document gives it.
   *  @param name  null: it has none */
  add(at: string, name: string | null, rest: Omit<DeclaredComponent, 'name'>): void {
    this.rows++;
    const why =
      name === null
        ? 'Names no component.'
        : hasUnseen(name)
          ? `Says ${quoted(name)}, with characters that are not seen; it is not compared.`
          : this.isFull
            ? `Stands behind the first ${COMPONENTS} components; it is not read.`
            : null;
    if (name === null || why !== null) {
      this.unusable++;
      if (why !== null) this.remarks.say('unusable', at, why);
      return;
    }
    if (rest.version === null && ++this.unversioned <= UNVERSIONED)
      this.remarks.say('noted', at, `Gives no version of ${quoted(name)}.`);
    this.found.push({ name, ...rest });
  }

  /** Rows of a table that were not read. */
  leaveOut(rows: number, at: string): void {
    if (rows === 0) return;
    this.rows += rows;
    this.unusable += rows;
    this.remarks.say('unusable', at, `${rows} rows at the end are not read.`);
  }

  get result(): Elicited {
    const { rows, unusable, unversioned } = this;
    if (unversioned > UNVERSIONED)
      this.remarks.say('noted', '', `Gives no version of ${unversioned} components in all.`);
    const declaration = { ...NOTHING_DECLARED, components: this.found };
    return {
      elicitor: 'component-list',
      subject: 'components',
      declaration,
      rows,
      unusable,
      ...this.remarks.result,
    };
  }
}

/** Components without a version that are named one by one. */
const UNVERSIONED = 20;

// --- CycloneDX

/** What is no software: CycloneDX 1.6, component.type. */
const NO_SOFTWARE = new Set(['file', 'data', 'device', 'machine-learning-model', 'cryptographic-asset']);

/** Components in components. */
const DEPTH = 32;

function readCycloneDx(bom: JsonObject, list: ComponentList): true {
  const { remarks } = list;
  const version = bom['specVersion'];
  if (typeof version !== 'string' || !/^1\.\d+$/.test(version))
    remarks.say(
      'noted',
      'specVersion',
      `Says ${quoted(String(version).slice(0, 100))}, which is no version that is known here.`,
    );
  if (
    listIn(bom['compositions']).some(
      (each) =>
        isObject(each) && typeof each['aggregate'] === 'string' && each['aggregate'].startsWith('incomplete'),
    )
  )
    remarks.say('noted', 'compositions', 'The document says of itself that it is incomplete.');
  let others = 0;
  let excluded = 0;
  // a list of work instead of recursion: nesting is the document's
  const waiting = [{ at: 'components', items: listIn(bom['components']), depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [i, item] of next.items.entries()) {
      const at = `${next.at}[${i}]`;
      if (!isObject(item)) {
        list.add(at, null, { version: null, purl: null, cpe: null });
        continue;
      }
      const inner = listIn(item['components']);
      if (inner.length > 0 && next.depth < DEPTH)
        waiting.push({ at: `${at}.components`, items: inner, depth: next.depth + 1 });
      else if (inner.length > 0)
        remarks.say('unusable', at, `Holds components deeper than ${DEPTH} levels; they are not read.`);
      if (item['scope'] === 'excluded') excluded++;
      else if (NO_SOFTWARE.has(String(item['type']))) others++;
      else
        list.add(at, textIn(item['name']), {
          version: textIn(item['version']),
          purl: textIn(item['purl']),
          cpe: textIn(item['cpe']),
        });
    }
  }
  if (others > 0) remarks.say('noted', 'components', `Files, data and devices are not taken: ${others}.`);
  if (excluded > 0)
    remarks.say('noted', 'components', `What its scope excludes from the product is not taken: ${excluded}.`);
  return true;
}

// --- SPDX 2

function readSpdx(document: JsonObject, list: ComponentList): true {
  sayVersion(String(document['spdxVersion']), list);
  const described = new Set(listIn(document['documentDescribes']).filter((id) => typeof id === 'string'));
  for (const relation of listIn(document['relationships'])) {
    if (
      isObject(relation) &&
      relation['relationshipType'] === 'DESCRIBES' &&
      typeof relation['relatedSpdxElement'] === 'string'
    )
      described.add(relation['relatedSpdxElement']);
  }
  const packages = listIn(document['packages']);
  for (const [i, item] of packages.entries()) {
    const at = `packages[${i}]`;
    const fields = isObject(item) ? item : {};
    // the product itself; a document that describes nothing but itself lists it
    if (packages.length > 1 && typeof fields['SPDXID'] === 'string' && described.has(fields['SPDXID'])) {
      list.remarks.say(
        'noted',
        at,
        `Is what the document describes (${quoted(String(fields['name']).slice(0, 200))}); it is no component of itself.`,
      );
      continue;
    }
    const references = listIn(fields['externalRefs']).filter(isObject);
    const referenceOf = (type: RegExp) =>
      textIn(
        references.find((reference) => type.test(String(reference['referenceType'])))?.['referenceLocator'],
      );
    list.add(at, textIn(fields['name']), {
      version: textIn(fields['versionInfo']),
      purl: referenceOf(/^purl$/i),
      cpe: referenceOf(/^cpe2[23]Type$/i),
    });
  }
  return true;
}

function sayVersion(version: string, { remarks }: ComponentList): void {
  if (!/^SPDX-2\.[0-3]$/.test(version))
    remarks.say('noted', 'spdxVersion', `Says ${quoted(version)}, which is no version that is known here.`);
}

/** A package as its lines give it. */
interface TagPackage {
  readonly line: number;
  readonly name: string;
  id: string | null;
  version: string | null;
  purl: string | null;
  cpe: string | null;
}

function readTagValue(text: string, list: ComponentList): true {
  const packages: TagPackage[] = [];
  const described = new Set<string>();
  let current: TagPackage | null = null;
  let isInText = false;
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    // text of several lines between marks may hold anything
    if (isInText) {
      isInText = !line.includes('</text>');
      continue;
    }
    const match = /^([A-Za-z0-9]{1,64}):\s*(.*)$/.exec(line.slice(0, 4 * TEXT_LIMIT));
    if (match === null) continue;
    const [, tag = '', written = ''] = match;
    isInText = written.startsWith('<text>') && !line.includes('</text>');
    const value = written.replace(/^<text>/, '').replace(/<\/text>\s*$/, '');
    switch (tag) {
      case 'SPDXVersion':
        sayVersion(value.trim(), list);
        break;
      case 'PackageName':
        current = { line: number, name: value, id: null, version: null, purl: null, cpe: null };
        if (packages.length <= COMPONENTS) packages.push(current);
        break;
      case 'FileName':
      case 'SnippetSPDXID':
        current = null;
        break;
      case 'SPDXID':
        if (current !== null) current.id ??= value.trim();
        break;
      case 'PackageVersion':
        if (current !== null) current.version = textIn(value);
        break;
      case 'ExternalRef': {
        const [, type = '', locator = ''] = /^\S+\s+(\S+)\s+(\S+)/.exec(value) ?? [];
        if (current !== null && /^purl$/i.test(type)) current.purl ??= textIn(locator);
        if (current !== null && /^cpe2[23]Type$/i.test(type)) current.cpe ??= textIn(locator);
        break;
      }
      case 'Relationship': {
        const id = /^SPDXRef-DOCUMENT\s+DESCRIBES\s+(\S+)/.exec(value)?.[1];
        if (id !== undefined) described.add(id);
        break;
      }
    }
  }
  for (const { line, name, id, version, purl, cpe } of packages) {
    if (packages.length > 1 && id !== null && described.has(id))
      list.remarks.say(
        'noted',
        `line ${line}`,
        `Is what the document describes (${quoted(name)}); it is no component of itself.`,
      );
    else list.add(`line ${line}`, textIn(name), { version, purl, cpe });
  }
  return true;
}

// --- tables

type Column = 'name' | 'version' | 'purl' | 'cpe' | 'from' | 'to';

const NAMES: HeadNames<Column> = {
  name: [
    'Component',
    'Component Name',
    'Package',
    'Package Name',
    'Software',
    'Software Name',
    'Library',
    'Open Source Software',
    'Third-Party Software',
    'OSS Name',
    '组件',
    '组件名称',
    '开源软件',
    '开源软件名称',
    '软件名称',
    '第三方软件',
  ],
  version: [
    'Version',
    'Component Version',
    'Package Version',
    'Software Version',
    '版本',
    '版本号',
    '软件版本',
    '组件版本',
  ],
  purl: ['purl', 'Package URL'],
  cpe: ['CPE', 'CPE 2.3'],
  from: ['Old Version', 'Previous Version', 'From', 'Before', '原版本', '旧版本'],
  to: ['New Version', 'To', 'After', '新版本'],
};

const INDEX = headIndex(NAMES);

function readTables(sheets: VendorDocument['sheets'], list: ComponentList): boolean {
  const tables = sheets.flatMap(
    (sheet) =>
      // versions before and after are a list of changes
      headed(
        sheet,
        INDEX,
        (columns) =>
          columns.has('name') && columns.has('version') && !columns.has('from') && !columns.has('to'),
      ) ?? [],
  );
  for (const { sheet, columns, rows } of tables) {
    for (const row of rows) {
      const of = (column: Column) => cellText(row, columns.get(column));
      if (row.isHidden)
        list.remarks.say('noted', rowAt(sheet, row.number), 'The row is hidden; it is read all the same.');
      const at = cellAt(sheet, row.number, columns.get('name') ?? 0);
      list.add(at, of('name'), { version: of('version'), purl: of('purl'), cpe: of('cpe') });
    }
    list.leaveOut(sheet.unread, sheet.name ?? '');
  }
  return tables.length > 0;
}
