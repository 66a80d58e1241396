/* Heads of the columns of communication matrices. Names as they stand in matrices of Huawei and its open repositories,
   Nokia NSP 24.8 and Nokia CM 6.3.2, read on 2026-07-18; of others by the words they are made of. */

import { type HeadNames, headIndex, plainHead } from '#engine/bytes/heads';

/** What a column of a communication matrix holds. */
export type Column =
  | 'number'
  | 'component'
  | 'fromDevice'
  | 'fromAddress'
  | 'fromPort'
  | 'toDevice'
  | 'toAddress'
  | 'toPort'
  | 'transport'
  | 'application'
  | 'purpose'
  | 'changeable'
  | 'authentication'
  | 'encryption'
  | 'plane'
  | 'direction'
  | 'defaultState'
  | 'version'
  | 'scenario'
  | 'remark';

/** Names as they are written; the first that is free takes the column. */
const NAMES: HeadNames<Column> = {
  number: ['No.', 'No', '#', 'Rule', 'Nr', 'ID', 'Index', '序号', '编号'],
  component: ['Component', 'Process', 'Module', 'Subsystem', '组件', '功能', '代码仓', '模块', '进程'],
  fromDevice: [
    'Source Device',
    'Source component(s)',
    'From',
    'Source',
    'Source NE',
    'Client',
    'Initiator',
    '源设备',
    '原设备',
    '源',
  ],
  fromAddress: ['Source IP', 'Source IP Address', 'Source Address', '源IP', '源IP地址', '源地址'],
  fromPort: ['Source Port', 'Src Port', '源端口', '源端口号'],
  toDevice: [
    'Destination Device',
    'Destination component(s)',
    'To',
    'Destination',
    'Destination NE',
    'Server',
    'Listener',
    '目的设备',
    '目标设备',
    '目的',
  ],
  toAddress: [
    'Destination IP',
    'Destination IP Address',
    'Destination Address',
    'Listening Address',
    '目的IP',
    '目的IP地址',
    '目标IP',
    '目的地址',
    '侦听地址',
    '监听地址',
  ],
  toPort: [
    'Destination Port',
    'Destination Port (Listening)',
    'Def. port',
    'Default port',
    'NSP Destination Port',
    'Listening Port',
    'Listen Port',
    'Port',
    'Ports',
    'Port Number',
    'Port No.',
    'Dst Port',
    'Dest Port',
    'Port/Protocol',
    'Port/Proto',
    'Protocol/Port',
    'Proto/Port',
    '端口/协议',
    '协议/端口',
    '目的端口',
    '目的端口（侦听）',
    '目标端口',
    '侦听端口',
    '监听端口',
    '端口',
    '端口号',
    '端口范围',
  ],
  transport: [
    'Protocol',
    'Transport Protocol',
    'Network protocol',
    'Transport',
    'Proto',
    'L4',
    'L4 Protocol',
    'IP Protocol',
    '协议',
    '传输协议',
    '协议类型',
  ],
  application: [
    'Service',
    'Application protocol',
    'Application',
    'L7',
    'L7 Protocol',
    'Service Name',
    '应用协议',
    '服务',
    '服务名',
    '服务名称',
  ],
  purpose: [
    'Port Description',
    'Description',
    'Description/Purpose',
    'Purpose',
    'Usage',
    'Function',
    'Use',
    '端口说明',
    '说明',
    '描述',
    '用途',
    '端口用途',
  ],
  changeable: [
    'Listening Port Configurable',
    'Whether the Listening Port Can Be Changed',
    'Configurable',
    'Port Configurable',
    '侦听端口是否可更改',
    '端口是否可配置',
    '端口配置',
    '是否可更改',
  ],
  authentication: [
    'Authentication Mode',
    'Authentication Method',
    'Authentication',
    'Auth',
    '认证方式',
    '认证模式',
  ],
  encryption: ['Encryption Mode', 'Encryption Method', 'Encryption', '加密方式', '加密模式'],
  plane: ['Plane', 'Network Interface', 'Interface', 'Zone', '所属平面', '平面'],
  direction: ['Dir.', 'Direction', 'Traffic Direction', '方向', '双向'],
  defaultState: [
    'Default state',
    'Enabled by default',
    'Default',
    'State',
    'Status',
    '默认状态',
    '是否默认开启',
  ],
  version: ['Version', 'Release', '版本', '所属版本'],
  scenario: [
    'Special Scenario',
    'Special scenario',
    'Scenario',
    'Special Scenarios',
    'Exceptions',
    '特殊场景',
    '场景',
  ],
  remark: ['Remarks', 'Remark', 'Note', 'Notes', 'Comment', 'Comments', '备注'],
};

/** Where a name is used for two kinds of column, the second takes it when the first has one already. */
const SECOND: Readonly<Partial<Record<Column, Column>>> = {
  remark: 'purpose',
  component: 'application',
  application: 'component',
  purpose: 'remark',
};

const BY_NAME = headIndex(NAMES);

/** A head longer than this is text of a row, as is one of more words that nobody listed. */
const HEAD_LIMIT = 120;
const WORDS_LIMIT = 6;

/** What a head names; null: nothing that a matrix has. */
export function columnOf(head: string): Column | null {
  if (head === '' || head.length > HEAD_LIMIT) return null;
  const named = BY_NAME.get(plainHead(head));
  if (named !== undefined) return named;
  return head.split(/\s+/).length > WORDS_LIMIT ? null : byWords(head.normalize('NFKC').toLowerCase());
}

/** Heads nobody listed, by the words they are made of. */
function byWords(head: string): Column | null {
  if (/configurable|changeable|can be changed|whether|modif|是否/.test(head))
    return /port|端口/.test(head) ? 'changeable' : null;
  const isSource = /\b(?:source|src|from|client|originating)\b|源|原设备/.test(head);
  const isTarget = /\b(?:destination|dest|dst|target|to|server|listen(?:ing|er)?)\b|目的|目标|侦听|监听/.test(
    head,
  );
  if (isSource === isTarget) return null;
  if (/\bports?\b|端口/.test(head)) return isSource ? 'fromPort' : 'toPort';
  if (/\bip(?:v[46])?\b|\baddress(?:es)?\b|地址/.test(head)) return isSource ? 'fromAddress' : 'toAddress';
  if (/\b(?:device|host|node|ne|component|element|system|zone|party)s?\b|设备|网元/.test(head))
    return isSource ? 'fromDevice' : 'toDevice';
  return null;
}

/** Where each column of a head stands, from 0. */
export type Columns = ReadonlyMap<Column, number>;

/** Columns that a head must have for the rows below it to be flows, and how many at least. */
const LEAST = 3;

/** Reads a row as the head of a matrix; null: it is none. */
export function headOf(cells: readonly string[]): Columns | null {
  const columns = new Map<Column, number>();
  for (const [position, text] of cells.entries()) {
    const named = columnOf(text);
    if (named === null) continue;
    const second = SECOND[named];
    if (!columns.has(named)) columns.set(named, position);
    else if (second !== undefined && !columns.has(second)) columns.set(second, position);
  }
  const isFlow = ['transport', 'fromPort', 'toAddress', 'toDevice', 'application', 'purpose'].some((column) =>
    columns.has(column as Column),
  );
  return columns.has('toPort') && isFlow && columns.size >= LEAST ? columns : null;
}

/** Two rows as one head: a group above (`Source`, reaching over its columns) and names below (`IP`, `Port`). */
export function joinedHead(above: readonly string[], below: readonly string[]): readonly string[] {
  let group = '';
  return below.map((text, position) => {
    const own = above[position] ?? '';
    if (own !== '') group = own;
    if (text === '' || text === own) return own;
    // a group reaches over empty cells to its right
    return columnOf(`${group} ${text}`) === null ? text : `${group} ${text}`;
  });
}
