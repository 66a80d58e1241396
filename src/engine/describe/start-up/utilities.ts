/** Builtins of shells and utilities on files, text and processes: what they do ends when they end.
 *  They are not given as starts; everything else that start-up runs is.
 *  Source: IEEE Std 1003.1-2017, XCU 2.14 and 4, with what BusyBox and util-linux add of the same kind */
export const UTILITIES: ReadonlySet<string> = new Set(
  `. : [ [[ ]] alias bg bind break cd command continue declare disown echo enable eval exit export false fc fg
  getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readonly return set
  shift shopt source suspend test time times trap true type typeset ulimit umask unalias unset wait
  arch ar awk base64 basename bunzip2 bzcat bzip2 cat chattr chcon chgrp chmod chown cksum clear cmp comm cp
  cpio cut date dd depmod df diff dirname dmesg dos2unix du ed egrep expand expr factor fallocate fgrep file find
  fmt fold free fsck fuser getopt gawk grep gunzip gzip head hexdump hostid hostname id insmod install ionice
  killall killall5 last less link ln locale logger logname ls lsattr lsmod lsof lspci lsusb lzcat mawk md5sum mesg
  mkdir mkfifo mknod mkswap mktemp modinfo modprobe more mount mountpoint mv nl nproc numfmt od paste patch pgrep
  pidof pkill ps pstree pwdx readlink realpath renice reset restorecon rev rm rmdir rmmod sed seq sha1sum
  sha256sum sha512sum shred shuf sleep sort split stat strings stty sum swapoff swapon sync sysctl tac tail tar
  tee touch tput tr truncate tsort tty umount uname unexpand uniq unix2dos unlink unxz unzip uptime usleep users
  uudecode uuencode vi w wc which who whoami xargs xz xzcat yes zcat zgrep`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
