import type { Implant } from '#domain/plugin';
import { bootHelper } from '#engine/implant/hidden-account/boot-helper';
import { bootLine } from '#engine/implant/hidden-account/boot-line';
import { bootTool } from '#engine/implant/hidden-account/boot-tool';
import { copiedOver } from '#engine/implant/hidden-account/copied-over';
import { furtherLine } from '#engine/implant/hidden-account/further-line';
import { passwordInPasswd } from '#engine/implant/hidden-account/password-in-passwd';
import { secondSuperuser } from '#engine/implant/hidden-account/second-superuser';
import { webAccount } from '#engine/implant/hidden-account/web-account';
import { wokenAccount } from '#engine/implant/hidden-account/woken-account';

/** Accounts that nobody was told of, with passwords that nobody knows, not even the planter. */
export const hiddenAccount: Implant = {
  kind: 'implant',
  id: 'hidden-account',
  version: 1,
  doc: {
    name: 'Hidden account',
    says: 'An account that lets somebody in by password: in the files of accounts, made by a script at start-up, or in the file of a web server. Its password is drawn at random and known to nobody, or is one of the target itself from which a lock was taken.',
    sources: [
      'passwd(5), shadow(5), crypt(5)',
      'htpasswd(1) of Apache httpd 2.4; httpd, adduser and chpasswd of BusyBox 1.36',
      'POSIX.1-2017, XCU 2 (shell command language)',
      'TS 33.117 4.2.3.4.2 (accounts and their protection)',
    ],
    limits: [
      'Accounts compiled into programs, kept in databases, or computed from serial numbers are not planted.',
      'The root file system is taken to be writable at start-up; whether it is cannot be told from the tree.',
      'Start-up is followed through inittab, numbered scripts, units of systemd and calls by absolute path; what only a test, a loop or a variable leads to carries no plant.',
      'Accounts are planted for login by password; keys, sessions and one-time codes are other classes.',
    ],
  },
  question: 'undocumented-access',
  templates: [
    furtherLine,
    bootLine,
    wokenAccount,
    bootHelper,
    secondSuperuser,
    bootTool,
    passwordInPasswd,
    copiedOver,
    webAccount,
  ],
};
