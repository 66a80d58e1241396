// Writes the cases beside it: node examples/elicit/account-list/make.ts
import { csv, writeDocuments } from '../../documents.ts';
import { sheetXml, workbook } from '../../workbooks.ts';

const HEAD = ['No.', 'Account', 'Role', 'Default Password', 'Description'];

writeDocuments(import.meta.dirname, {
  'roles-and-passwords': {
    name: 'input.csv',
    input: csv([HEAD, ['1', 'admin', 'administrator', 'Nordwind@123', 'web management'], ['2', 'oper', 'operator', '', 'daily work'], ['3', 'root', 'superuser', 'locked', 'file ownership']]),
    note: 'Three accounts with role and purpose. The passwords of the list are not taken, and that it has some is said.',
  },
  'names-that-are-none': {
    name: 'input.csv',
    input: csv([HEAD, ...['', 'N/A', 'any', '<user name>', 'user-defined', 'ro\u200bot', '=HYPERLINK("http://198.51.100.9","root")', `x${'y'.repeat(300)}`].map((name, i) => [String(i + 1), name, 'role', '', 'purpose'])]),
    note: 'Empty, none, everyone, names that others choose, a name with a space nobody sees, a formula, a name without end: none of them declares an account.',
  },
  'several-in-a-cell': {
    name: 'input.csv',
    input: csv([HEAD, ['1', 'lgusr\nlgadmin', 'operator', '', 'two lines'], ['2', 'ftp, sftp', 'files', '', 'a comma'], ['3', 'root (Linux)', 'superuser', '', 'a comment']]),
    note: 'Several accounts in one cell are read one by one; a comment in brackets is no part of the name.',
  },
  chinese: {
    name: 'input.md',
    input: ['# 账号清单', '', '| 用户名 | 权限 | 默认密码 | 用途 |', '|---|---|---|---|', '| admin | 管理员 | Admin@123 | 网管登录 |', '| **root** | 超级用户 | 无 | 系统维护 |', ''].join('\n'),
    note: 'A table in Markdown with a Chinese head.',
  },
  'text-table': {
    name: 'input.txt',
    input: ['Default accounts of NE-7', '', 'User name   Group       Purpose', '---------   -----       -------', 'admin       managers    web management', 'support     service     remote support of the vendor', ''].join('\n'),
    note: 'A table in plain text, its columns set apart by blanks.',
  },
  workbook: {
    name: 'input.xlsx',
    input: workbook({
      sheets: [
        {
          name: 'Accounts',
          xml: sheetXml(
            [[{ text: 'Default accounts' }, { text: 'Default accounts' }], ['User Name', 'Role', 'Remarks'].map((text) => ({ text })), [{ text: 'admin' }, { text: 'administrator' }, {}], [{ text: 'svc_debug' }, { text: 'debug' }, { text: 'for service staff' }]],
            { hiddenRows: [4] },
          ),
        },
      ],
    }),
    note: 'A workbook with a title above the head and an account in a hidden row: read, and said.',
  },
  'no-list-of-accounts': {
    name: 'input.csv',
    input: csv([['Port', 'Protocol', 'User', 'Description'], ['22', 'TCP', 'admin', 'login']]),
    note: 'A table of ports has users too: it is no list of accounts.',
  },
});
