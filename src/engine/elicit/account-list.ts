import { type DeclaredAccount, NOTHING_DECLARED } from '#domain/declaration';
import type { Elicited, SheetRow, VendorDocument } from '#domain/elicited';
import type { Elicitor } from '#domain/plugin';
import {
  cellText,
  hasUnseen,
  headed,
  type Headed,
  type HeadNames,
  headIndex,
  isNone,
} from '#engine/bytes/heads';
import { quoted, RemarkList } from '#engine/bytes/remarks';
import { cellAt, columnName, rowAt } from '#engine/bytes/sheets';

/** Lists of accounts that a vendor documents. */
export const accountList: Elicitor = {
  kind: 'elicitor',
  id: 'account-list',
  version: 1,
  doc: {
    name: 'List of accounts',
    says: 'Reads documented accounts with their roles and purposes from tables: workbooks, delimited text, tables in Markdown, HTML and plain text. Passwords in such a list are not taken.',
    sources: [
      '3GPP TS 33.117, 4.2.3.4.2.2: predefined accounts are documented',
      'lists of accounts as vendors publish them in English and Chinese',
    ],
    limits: [
      'A table counts as a list of accounts when its head names accounts and one more of role, purpose, password, type or place. Names of columns are known in English and Chinese.',
      'A row that stands for all accounts, or for names that others choose, declares none.',
      'Which system of the product an account belongs to is not compared: an account is declared by its name wherever it is found. Errs towards silence.',
      'Accounts described in sentences are not read.',
    ],
  },
  elicit: (document) => elicit(document),
};

type Column = 'account' | 'role' | 'purpose' | 'password' | 'place' | 'changeable';

const NAMES: HeadNames<Column> = {
  account: [
    'Account',
    'Accounts',
    'Account Name',
    'User',
    'User Name',
    'Username',
    'Users',
    'Login',
    'Login Name',
    'User ID',
    'Default Account',
    'Default User',
    'Default User Name',
    'Default Username',
    '用户名',
    '用户',
    '账号',
    '帐号',
    '账户',
    '帐户',
    '账号名',
    '账号名称',
    '帐号名称',
    '用户名称',
    '默认用户名',
    '缺省用户名',
    '默认账号',
  ],
  role: [
    'Role',
    'Roles',
    'Group',
    'User Group',
    'Privilege',
    'Privileges',
    'Privilege Level',
    'Level',
    'User Level',
    'Permission',
    'Permissions',
    'Rights',
    'Account Type',
    'User Type',
    'Type',
    '角色',
    '权限',
    '用户组',
    '用户级别',
    '级别',
    '用户类型',
    '账号类型',
    '帐号类型',
  ],
  purpose: [
    'Purpose',
    'Description',
    'Usage',
    'Function',
    'Use',
    'Remarks',
    'Remark',
    'Notes',
    'Comment',
    '说明',
    '用途',
    '描述',
    '功能',
    '备注',
    '账号说明',
    '用户说明',
  ],
  password: [
    'Password',
    'Default Password',
    'Initial Password',
    'Passwd',
    '密码',
    '默认密码',
    '缺省密码',
    '初始密码',
    '口令',
  ],
  place: [
    'Component',
    'System',
    'Host',
    'NE',
    'Module',
    'Login Mode',
    'Login Method',
    'Access',
    'Interface',
    '组件',
    '系统',
    '模块',
    '登录方式',
    '登录对象',
    '网元',
  ],
  changeable: [
    'Changeable',
    'Can Be Changed',
    'Can Be Deleted',
    'Can Be Disabled',
    'UID',
    'Shell',
    '是否可修改',
    '是否可删除',
    '可否修改',
  ],
};

const INDEX = headIndex(NAMES);

function elicit({ sheets }: VendorDocument): Elicited | null {
  const tables = sheets.flatMap(
    (sheet) => headed(sheet, INDEX, (columns) => columns.has('account') && columns.size > 1) ?? [],
  );
  if (tables.length === 0) return null;
  const remarks = new RemarkList();
  const found: DeclaredAccount[] = [];
  let rows = 0;
  let unusable = 0;
  for (const table of tables) {
    sayPasswords(table, remarks);
    for (const row of table.rows) {
      if (isHeading(row, table)) continue;
      const read = accountsOf(row, table, remarks);
      rows++;
      if (read.length === 0) unusable++;
      found.push(...read);
    }
    const { unread } = table.sheet;
    rows += unread;
    unusable += unread;
    if (unread > 0)
      remarks.say(
        'unusable',
        table.sheet.name ?? '',
        `${unread} rows behind the first ${table.sheet.rows.length} are not read.`,
      );
  }
  const declaration = { ...NOTHING_DECLARED, accounts: found };
  return { elicitor: 'account-list', subject: 'accounts', declaration, rows, unusable, ...remarks.result };
}

/** A password in a list of accounts is a finding of its own; its text goes nowhere. */
function sayPasswords({ sheet, columns, head, rows }: Headed<Column>, remarks: RemarkList): void {
  const position = columns.get('password');
  const filled = position === undefined ? 0 : rows.filter((row) => cellText(row, position) !== null).length;
  if (position === undefined || filled === 0) return;
  const where = sheet.unit === 'row' ? `column ${columnName(position)}` : `column ${position + 1}`;
  remarks.say(
    'noted',
    rowAt(sheet, head.number),
    `Has passwords in ${where}, in ${filled} ${filled === 1 ? 'row' : 'rows'}; they are not taken.`,
  );
}

/** One text alone, not under the head of accounts, divides the table. */
function isHeading({ cells }: SheetRow, { columns }: Headed<Column>): boolean {
  const filled = cells.flatMap((text, position) => (text === '' ? [] : [position]));
  const isRepeated = filled.length > 1 && new Set(filled.map((position) => cells[position])).size === 1;
  return isRepeated || (filled.length === 1 && filled[0] !== columns.get('account'));
}

/** Stands for every account, or for one that others name. */
const ALL = /^(?:any|all|every|\*|all users?|all accounts?|所有|任意|全部|所有用户|所有账号)$/i;
const CHOSEN = /user[- ]?defined|customi[sz]ed?|self-?defined|created by|^<.*>$|自定义|自行创建|用户创建/i;

/** Longest name of an account: 256 characters are allowed in some directories. */
const NAME_LIMIT = 256;

function accountsOf(
  row: SheetRow,
  { sheet, columns }: Headed<Column>,
  remarks: RemarkList,
): readonly DeclaredAccount[] {
  const position = columns.get('account') ?? 0;
  const at = cellAt(sheet, row.number, position);
  const raw = row.cells[position] ?? '';
  if (row.isHidden)
    remarks.say('noted', rowAt(sheet, row.number), 'The row is hidden; it is read all the same.');
  // a formula is one thing, whatever stands in it
  const parts = (/^[=@]/.test(raw) ? [raw] : raw.split(/\n|[,;、，；]|\s\/\s/))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > 1)
    remarks.say('mended', at, `Names ${parts.length} accounts; they are read one by one.`);
  if (parts.length === 0) remarks.say('unusable', at, 'Names no account.');
  const role = cellText(row, columns.get('role'));
  const purpose = cellText(row, columns.get('purpose'));
  return parts.flatMap((part): readonly DeclaredAccount[] => {
    const name = nameOf(part, at, remarks);
    return name === null ? [] : [{ name, role, purpose }];
  });
}

/** A name as it can be compared; null: it is none, which is said. */
function nameOf(part: string, at: string, remarks: RemarkList): string | null {
  const why = isNone(part)
    ? 'says that there is none'
    : hasUnseen(part)
      ? 'holds characters that are not seen, which can make a name look like another'
      : ALL.test(part)
        ? 'stands for every account and so for none'
        : CHOSEN.test(part)
          ? 'stands for names that others choose'
          : /^[=@]/.test(part)
            ? 'begins as a formula; nothing is computed'
            : part.length > NAME_LIMIT
              ? `is longer than ${NAME_LIMIT} characters`
              : null;
  if (why !== null) {
    remarks.say('unusable', at, `Says ${quoted(part)}: it ${why}.`);
    return null;
  }
  const commented = /^(\S+)\s*[(（]([^()（）]*)[)）]$/.exec(part);
  if (commented === null) return part;
  remarks.say('mended', at, `Says ${quoted(part)}; the account is read as ${quoted(commented[1] ?? '')}.`);
  return commented[1] ?? null;
}
